import type { PackageIndex } from '../../client/registry/index.ts';
import { isFault } from '../../kernel/light/index.ts';
import type { Context } from './context.ts';

/** The copy of the registry's index that lies on this machine; undefined if there is none. No request is made. */
export async function indexCopy(
  context: Context,
  manifest: string | undefined,
): Promise<PackageIndex | undefined> {
  const [{ clientFor, credentialsOf }, { openIndex }, { chooseRegistry, vaisHome }] = await Promise.all([
    import('./registry.ts'),
    import('../../client/cache/index.ts'),
    import('../../client/credentials/index.ts'),
  ]);
  const { env } = context;
  try {
    const client = clientFor(
      context,
      await chooseRegistry({ credentials: credentialsOf(context), env, manifest }),
    );
    client.close();
    return await openIndex(client, { home: vaisHome(env), offline: true });
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
