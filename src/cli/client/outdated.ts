import { outdatedOf, readGraph, type Graph, type OutdatedPackage } from '../../client/graph/index.ts';
import type { PackageIndex } from '../../client/registry/index.ts';
import { isFault } from '../../kernel/light/index.ts';
import { table } from '../table.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { openRegistry, registryOption } from './registry.ts';

/**
 * What could be newer. As `npm outdated`, it ends with 1 if anything could, so that a script can ask: also if it is not shown, or if it
 * cannot be known, for an update would fail.
 */
export const outdated = command({
  options: {
    all: { about: 'also what the manifest does not name itself' },
    offline: { about: 'make no request: ask the copy of the index' },
    ...registryOption,
  },
  run: async (context, _args, given) => {
    const read = await readGraph(context.cwd, { needed: true, program: context.program });
    const index = await indexFor(context, given, read.project.manifest.registry);
    const { wanted, conflict } = await updated(context, index, read.graph);
    const found = outdatedOf(read.graph, wanted, (name) => index.candidates(name));
    const shown = found.filter(({ direct }) => direct || given.all);
    if (shown.length > 0) context.print(table([TITLES, ...shown.map(rowOf)]).trimEnd());
    const hidden = found.length - shown.length;
    if (hidden > 0) sayHidden(context, hidden, shown.length > 0);
    const all = found.length === 0 && conflict === undefined;
    if (all) context.say(`${context.paint.green('✓')} Everything is up to date`);
    context.document({ packages: shown.map(documentOf), hidden, conflict: conflict ?? null });
    return all ? 0 : 1;
  },
});

/** Where nothing else is shown, it is the result. */
function sayHidden({ note, print }: Context, hidden: number, more: boolean): void {
  if (more) note(`${hidden} more that the manifest does not name (--all)`);
  else print(`Not up to date: ${hidden} that the manifest does not name (--all shows what)`);
}

const TITLES = ['PACKAGE', 'CURRENT', 'WANTED', 'LATEST', ''];

function rowOf({ name, current, wanted, latest, direct, dev, yanked }: OutdatedPackage): string[] {
  const marks = [...(yanked ? ['yanked'] : []), ...(dev ? ['dev'] : []), ...(direct ? [] : ['transitive'])];
  return [name, current ?? '-', wanted ?? '-', latest ?? '-', marks.join(', ')];
}

function documentOf({ name, current, wanted, latest, direct, dev, yanked }: OutdatedPackage) {
  const kind = direct ? (dev ? 'dev' : 'normal') : 'transitive';
  return { name, current: current ?? null, wanted: wanted ?? null, latest: latest ?? null, kind, yanked };
}

async function indexFor(
  context: Context,
  given: { registry?: string; offline?: true },
  manifest: string | undefined,
): Promise<PackageIndex> {
  const [{ openIndex }, { vaisHome }] = await Promise.all([
    import('../../client/cache/index.ts'),
    import('../../client/credentials/index.ts'),
  ]);
  const { client } = await openRegistry(context, given, manifest);
  try {
    const home = vaisHome(context.env);
    return await openIndex(client, { home, offline: given.offline ?? false, warn: context.warn });
  } finally {
    client.close();
  }
}

/** What an update would choose. If it would choose nothing, for there is a conflict, that is said, and all else is still shown. */
async function updated(
  context: Context,
  index: PackageIndex,
  graph: Graph,
): Promise<{ wanted: ReadonlyMap<string, string>; conflict?: string }> {
  const [{ resolve }, { readDemand, withLocal }] = await Promise.all([
    import('../../client/resolve/index.ts'),
    import('../../client/install/index.ts'),
  ]);
  const { root, local } = await readDemand(context.cwd, []);
  try {
    const registry = [...graph.packages].filter(([, { source }]) => source === 'registry');
    const { packages } = resolve(root, withLocal(index, local), {
      locked: new Map(registry.map(([name, { version }]) => [name, version])),
      keep: () => false,
    });
    return { wanted: new Map([...packages].map(([name, { version }]) => [name, version])) };
  } catch (error) {
    if (!isFault(error)) throw error;
    context.warn(`an update would fail, so what it would take is not known:\n${error.message}`);
    return { wanted: new Map(), conflict: error.message };
  }
}
