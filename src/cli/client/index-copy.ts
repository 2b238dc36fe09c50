import type { ProjectGraph } from '../../client/graph/index.ts';
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

/**
 * Names of packages whose locked version is yanked, as far as the copy of the index knows: of the same bytes, for the lock may be of another
 * registry. Undefined if there is no copy. No request is made.
 */
export async function yankedNames(
  context: Context,
  { project, lock }: Pick<ProjectGraph, 'project' | 'lock'>,
): Promise<ReadonlySet<string> | undefined> {
  const locked = [...lock.values()].filter(({ source }) => source === 'registry');
  if (locked.length === 0) return new Set();
  const index = await indexCopy(context, project.manifest.registry);
  if (index === undefined) return undefined;
  const yanked = locked.filter(({ name, version, checksum }) => {
    const known = index.version(name, version);
    return known?.yanked === true && known.checksum === checksum;
  });
  return new Set(yanked.map(({ name }) => name));
}
