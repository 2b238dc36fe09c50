import { branches, readGraph, type Branch } from '../../client/graph/index.ts';
import { nearest, Fault } from '../../kernel/light/index.ts';
import { command, Misuse } from './command.ts';
import { yankedNames } from './index-copy.ts';

/** What each package needs, below it. Once is enough: what is shown again has a `(*)`, as `cargo tree` has it. */
export const tree = command({
  arguments: '[NAME]',
  options: {
    depth: { value: 'N', about: 'no further down than this; 1 is what the manifest names' },
  },
  run: async (context, [name], given) => {
    const depth = depthFrom(given.depth);
    const read = await readGraph(context.cwd, { needed: true, program: context.program });
    const { graph } = read;
    const { root, packages } = graph;
    const start = name === undefined || name === root.name ? root : packages.get(name);
    if (start === undefined) {
      const near = nearest(name ?? '', [...packages.keys()]);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw new Fault('package_not_found', `${root.name} has no package ${name}${hint}`);
    }
    const yanked = await yankedNames(context, read);
    const yankMark = (one: string) => (yanked?.has(one) ? context.paint.yellow(' (yanked)') : '');
    const seen = new Set<string>(start === root ? [] : [start.name]);
    const show = ({ stem, name: to, version, again }: Branch): void => {
      const mark = again ? context.paint.dim(' (*)') : '';
      context.print(`${context.paint.dim(stem)}${to} ${version ?? '(not locked)'}${yankMark(to)}${mark}`);
    };
    context.print(
      `${context.paint.bold(start.name)} ${start.version}${start === root ? '' : yankMark(start.name)}`,
    );
    for (const line of branches(
      graph,
      start.arrows.filter(({ dev }) => !dev),
      seen,
      { depth },
    ))
      show(line);
    const dev = start.arrows.filter((arrow) => arrow.dev);
    if (dev.length > 0) context.print('[dev-dependencies]');
    for (const line of branches(graph, dev, seen, { depth })) show(line);
    context.document({
      root: {
        name: root.name,
        version: root.version,
        dependencies: namesOf(root.arrows, false),
        dev_dependencies: namesOf(root.arrows, true),
      },
      packages: [...packages.values()].map(({ name: one, version, source, arrows }) => ({
        name: one,
        version,
        source,
        dependencies: namesOf(arrows, false),
        yanked: yanked?.has(one) ?? null,
      })),
    });
    return 0;
  },
});

function namesOf(arrows: readonly { to: string; dev: boolean }[], ofDev: boolean): string[] {
  return arrows.filter(({ dev }) => dev === ofDev).map(({ to }) => to);
}

function depthFrom(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9][0-9]{0,6}$/.test(text))
    throw new Misuse(`option '--depth N' is a number from 1, not '${text}'`);
  return Number(text);
}
