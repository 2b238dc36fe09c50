import { coversName, type Block, type VersionRanges } from '../../policy/index.ts';
import type { Blocks, RegistryRow } from '../ports/index.ts';

/**
 * Blocks on names, by name. Those of addresses count whatever the capitals, for servers take several spellings for one; and a block
 * on a content is on every address, whatever that is called.
 *
 * @param ranges of the registry's format
 */
export async function blocksOn(
  blocks: Pick<Blocks, 'on' | 'list'>,
  ranges: VersionRanges | undefined,
  registry: RegistryRow,
  names: string[],
): Promise<Map<string, Block[]>> {
  const isContent = ranges?.isContent;
  const addresses = isContent === undefined ? [] : names.filter((name) => name.includes('/'));
  const found = await blocks.on(registry, names);
  if (isContent === undefined || addresses.length === 0) return found;
  const here = (await blocks.list()).filter((row) => row.registry === null || row.registry === registry.name);
  for (const address of addresses) {
    const on = here.flatMap(({ id, pattern, range, reason, advisory, createdAt: since }): Block[] => {
      const block = { id: String(id), range, reason, advisory, since };
      if (isContent(pattern)) return [{ ...block, range: pattern }];
      return coversName(pattern, address) ? [block] : [];
    });
    found.set(address, on);
  }
  return found;
}
