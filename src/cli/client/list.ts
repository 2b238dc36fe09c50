import { reachable, readGraph } from '../../client/graph/index.ts';
import { table } from '../table.ts';
import { command } from './command.ts';
import { yankedNames } from './index-copy.ts';

/** What the manifest names, as it is locked; with --all what that needs, too. */
export const list = command({
  options: { all: { about: 'what they need in their turn, too' } },
  run: async (context, _args, { all }) => {
    const read = await readGraph(context.cwd, { needed: false, program: context.program });
    const { project, graph } = read;
    const { root, packages } = graph;
    const yanked = await yankedNames(context, read);
    const isYanked = (name: string) => (packages.has(name) && yanked?.has(name)) ?? null;
    const direct = root.arrows.map(({ to, requirement, dev }) => ({
      name: to,
      requirement: requirement ?? null,
      version: packages.get(to)?.version ?? null,
      source: packages.get(to)?.source ?? null,
      kind: dev ? 'dev' : 'normal',
      yanked: isYanked(to),
    }));
    const named = new Set(direct.map(({ name }) => name));
    const needed = reachable(graph);
    const others = [...packages.values()]
      .filter(({ name }) => !named.has(name))
      .map(({ name, version, source }) => ({
        name,
        requirement: null,
        version,
        source,
        kind: needed.has(name) ? 'transitive' : 'unneeded',
        yanked: isYanked(name),
      }));
    const shown = all ? [...direct, ...others] : direct;
    if (shown.length === 0) context.print(`${root.name} has no dependencies.`);
    else {
      const rows = shown.map(({ name, requirement, version, source, kind, yanked: gone }) => [
        name,
        requirement ?? '',
        version ?? 'not locked',
        [
          gone ? 'yanked' : '',
          kind === 'normal' ? '' : kind,
          source?.startsWith('path+') ? source.slice(5) : '',
        ]
          .filter((word) => word !== '')
          .join(', '),
      ]);
      context.print(table([['PACKAGE', 'REQUIREMENT', 'LOCKED', ''], ...rows]).trimEnd());
    }
    if (!context.json && direct.some(({ version }) => version === null)) {
      context.note(`What is not locked is chosen by "${context.program} install".`);
    }
    context.document({
      name: root.name,
      version: root.version,
      manifest: project.manifestFile,
      packages: shown,
    });
    return 0;
  },
});
