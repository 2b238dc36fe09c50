import { pathsTo, readGraph, type Arrow, type Graph } from '../../client/graph/index.ts';
import { Fault, nearest } from '../../kernel/light/index.ts';
import { command } from './command.ts';
import { indexCopy } from './index-copy.ts';

/** Ways that are shown to a person. */
const MOST = 20;

/** Who needs a package, and who needs that, back to the project. */
export const why = command({
  arguments: 'NAME',
  options: { all: { about: `all ways, also if there are more than ${MOST}` } },
  run: async (context, [name = ''], { all }) => {
    const { graph } = await readGraph(context.cwd, {
      needed: true,
      program: context.program,
      source: async ({ manifest }) => indexCopy(context, manifest.registry),
    });
    const locked = graph.packages.get(name);
    const paths = pathsTo(graph, name);
    if (locked === undefined && paths.length === 0) {
      const near = nearest(name, [...graph.packages.keys()]);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw new Fault('package_not_found', `${graph.root.name} does not need ${name}${hint}`);
    }
    context.print(`${context.paint.bold(name)} ${locked?.version ?? '(not locked)'}`);
    if (paths.length === 0) context.print('Nothing needs it: the next install takes it out of vais.lock.');
    for (const path of all ? paths : paths.slice(0, MOST)) context.print(lineOf(graph, path));
    if (!all && paths.length > MOST) context.print(`… and ${paths.length - MOST} more (--all)`);
    context.document({
      name,
      version: locked?.version ?? null,
      paths: paths.map((path) =>
        path.map(({ to, requirement, dev }) => ({
          name: to,
          version: graph.packages.get(to)?.version ?? null,
          requirement: requirement ?? null,
          kind: dev ? 'dev' : 'normal',
        })),
      ),
    });
    return 0;
  },
});

/** `demo → http-client 2.1.0 (~2.1.0) → json-parser 1.2.0 (^1.0.0)`: what is in brackets is what was wanted. */
function lineOf({ root, packages }: Graph, path: readonly Arrow[]): string {
  const steps = path.map(({ to, requirement, dev }) => {
    const wanted = [...(dev ? ['dev'] : []), ...(requirement === undefined ? [] : [requirement])].join(', ');
    const what = `${to} ${packages.get(to)?.version ?? '(not locked)'}`;
    return wanted === '' ? what : `${what} (${wanted})`;
  });
  return `  ${[root.name, ...steps].join(' → ')}`;
}
