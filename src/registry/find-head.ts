import type { Principal } from '../accounts/index.ts';
import { askerOf, isTrusted, mayRead, readsAsOwner, seesRegistry, type Asker } from '../policy/index.ts';
import { hiddenRegistry, isNoSecret } from './hidden.ts';
import type { PackageRow, RegistryRow, Rights, Sight } from './ports/index.ts';

const nobody: Asker = { userId: null, administrator: false };

/**
 * The head of a name, undefined for one that is free, `hidden` for what must look like one that is nowhere. What everybody may see
 * costs one query; for anything else users cost a second one, a free name included, so that the queries tell no more than the answer.
 *
 * @param who `operator`: whoever may open the store, from whom nothing is hidden
 */
export async function findHead(
  rights: Rights,
  registry: RegistryRow,
  name: string,
  who: Principal | 'operator',
): Promise<{ head: PackageRow | 'hidden' | undefined; policyRevision: number }> {
  if (who === 'operator') return everything(await rights.of(registry.id, name, null));
  const principal = who;
  let asker = nobody;
  let sight = await rights.of(registry.id, name, null);
  const isOpen = sight?.registry.visibility === 'public' && sight.package?.visibility === 'public';
  if (!isOpen && principal.kind === 'user') {
    const own = await rights.of(registry.id, name, principal.user.id);
    const organisation = own?.package?.organisation ?? null;
    if (readsAsOwner(principal, { registry: registry.name, name, organisation })) {
      [asker, sight] = [askerOf(principal), own];
    }
  }
  const policyRevision = sight?.policyRevision ?? 0;
  if (!isOpen && sight?.package?.removed === false && isTrusted(principal, registry.id, name))
    return { head: sight.head, policyRevision };
  if (sight === undefined || !seesRegistry(sight, asker)) {
    if (isNoSecret(registry)) return { head: 'hidden', policyRevision };
    throw hiddenRegistry(registry, principal);
  }
  if (sight.package === null) return { head: undefined, policyRevision };
  const isThere = mayRead(sight, asker) && !sight.package.removed;
  return { head: isThere ? sight.head : 'hidden', policyRevision };
}

function everything(sight: Sight | undefined): { head: PackageRow | undefined; policyRevision: number } {
  const isThere = sight?.package?.removed === false;
  return { head: isThere ? sight.head : undefined, policyRevision: sight?.policyRevision ?? 0 };
}
