import type { Principal } from '../../accounts/index.ts';
import {
  askerOf,
  isTrusted,
  previewSight,
  readerId,
  readsAsOwner,
  seesRegistry,
  type Asker,
  type PreviewSight,
} from '../../policy/index.ts';
import { hiddenRegistry, isNoSecret } from '../hidden.ts';
import type { RegistryRow, Rights } from '../ports/index.ts';
import type { PreviewReader } from './store.ts';

const nobody: Asker = { userId: null, administrator: false };

/**
 * Whose previews of a name somebody may see. Nobody costs one query, a user a second one, whatever there is. `anyone`: those that are
 * not restricted are everybody's.
 */
export async function lookAt(
  rights: Rights,
  registry: RegistryRow,
  name: string,
  principal: Principal,
): Promise<{ sight: PreviewSight; anyone: boolean; policyRevision: number }> {
  const open = await rights.of(registry.id, name, null);
  const anyone = open !== undefined && previewSight(open, nobody) !== 'none';
  let [asker, seen] = [nobody, open];
  if (principal.kind === 'user') {
    const own = await rights.of(registry.id, name, principal.user.id);
    const organisation = own?.package?.organisation ?? null;
    if (readsAsOwner(principal, { registry: registry.name, name, organisation })) {
      [asker, seen] = [askerOf(principal), own];
    }
  }
  const policyRevision = seen?.policyRevision ?? 0;
  if (isTrusted(principal, registry.id, name)) {
    return { sight: { userId: null }, anyone, policyRevision };
  }
  if ((seen === undefined || !seesRegistry(seen, asker)) && !isNoSecret(registry)) {
    throw hiddenRegistry(registry, principal);
  }
  return { sight: seen ? previewSight(seen, asker) : 'none', anyone, policyRevision };
}

/** Whose eyes go over the packages of a commit. A token for some packages finds there what everybody does. */
export async function listReader(
  rights: Rights,
  registry: RegistryRow,
  principal: Principal,
): Promise<{ reader: PreviewReader; policyRevision: number }> {
  const asker = askerOf(principal);
  const sight = await rights.of(registry.id, '', asker.userId);
  const trustedBy =
    principal.kind === 'machine'
      ? principal.grants.filter(({ registryId }) => registryId === registry.id).map((one) => one.packageName)
      : [];
  const enters = sight !== undefined && (seesRegistry(sight, asker) || trustedBy.length > 0);
  if (!enters && !isNoSecret(registry)) throw hiddenRegistry(registry, principal);
  return {
    reader: { readerId: readerId(principal, registry.name), trustedBy },
    policyRevision: sight?.policyRevision ?? 0,
  };
}
