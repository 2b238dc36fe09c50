import { isReservedName, storageKey, type Catalogue, type RegistryRow } from '../../registry/index.ts';

/**
 * Where the bytes of an archive lie. The seed shows `<storage>/json-parser/1.0.0.tar.gz`; that is for the registry `vais` of a server
 * that is for Vais packages (`atTop`), and for names that no other folder of the storage has. Elsewhere the registry comes first.
 */
export async function storagePlace(
  { catalogue, atTop }: { catalogue: Pick<Catalogue, 'registries'>; atTop: boolean },
  registry: RegistryRow,
  { name, version }: { name: string; version: string },
): Promise<string> {
  const path = [name, `${version}.tar.gz`];
  const isAtTop = atTop && registry.name === 'vais' && !isReservedName(name);
  if (!isAtTop) return storageKey([registry.name, ...path]);
  const registries = await catalogue.registries();
  return storageKey(registries.some((other) => other.name === name) ? [registry.name, ...path] : path);
}
