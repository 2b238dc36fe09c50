import { openIndex } from '../../client/cache/index.ts';
import { vaisHome } from '../../client/credentials/index.ts';
import type { PackageIndex, RegistryClient } from '../../client/registry/index.ts';
import { isFault } from '../../kernel/light/index.ts';
import type { Context } from './context.ts';

/**
 * The registry's index; where it cannot be reached, the copy on this machine, if there is one, and that is said. `offline`: the copy, and
 * no request is made. Faults as `openIndex`.
 */
export async function indexOrCopy(
  context: Context,
  client: RegistryClient,
  { offline }: { offline: boolean },
): Promise<PackageIndex> {
  const home = vaisHome(context.env);
  if (offline) return openIndex(client, { home, offline });
  try {
    return await openIndex(client, { home, warn: context.warn });
  } catch (error) {
    if (!isFault(error, 'unavailable')) throw error;
    const copy = await openIndex(client, { home, offline: true }).catch(() => undefined);
    if (copy === undefined) throw error;
    context.warn(error.message);
    context.note('This is what the index on this machine has, which may be old.');
    return copy;
  }
}
