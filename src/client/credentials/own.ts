import { registryBase } from '../registry/index.ts';
import type { ChosenRegistry } from './choose.ts';
import type { Variables } from './home.ts';
import type { Credentials } from './store.ts';

/** True for a registry that this user has to do with by their own will: it is not only a manifest, maybe somebody else's, that names it. */
export async function isOwn(
  { base, from }: Pick<ChosenRegistry, 'base' | 'from'>,
  { credentials, env }: { credentials: Credentials; env: Variables },
): Promise<boolean> {
  if (from !== 'manifest') return true;
  const named = env['KONTOR_REGISTRY_URL'];
  if (named && URL.canParse(named) && registryBase(named) === base) return true;
  return (await credentials.token(base)) !== undefined;
}
