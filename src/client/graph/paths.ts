import type { Arrow, Graph } from './graph.ts';

/**
 * Why a package is there: for each package that needs it, and for the root, the shortest way from the root through that one. Shorter ways
 * come first, then in the order of names. Empty if nothing needs it.
 */
export function pathsTo(graph: Graph, name: string): Arrow[][] {
  const ways = shortestWays(graph);
  const direct = graph.root.arrows.filter((arrow) => arrow.to === name).map((arrow) => [arrow]);
  const through = [...graph.packages.values()].flatMap((needing) => {
    const way = ways.get(needing.name);
    const last = needing.arrows.find((arrow) => arrow.to === name);
    return way === undefined || last === undefined ? [] : [[...wayBack(way), last]];
  });
  return [...direct, ...through].toSorted(
    (one, other) => one.length - other.length || (textOf(one) < textOf(other) ? -1 : 1),
  );
}

/** The last arrow of a way from the root, and the way before it. */
interface Way {
  arrow: Arrow;
  before: Way | undefined;
}

/** Names of the packages that the root leads to; what else is locked is needed by nobody. */
export function reachable(graph: Graph): ReadonlySet<string> {
  return new Set(shortestWays(graph).keys());
}

/** To each package that the root leads to. */
function shortestWays({ root, packages }: Graph): Map<string, Way> {
  const ways = new Map<string, Way>();
  const open: Way[] = root.arrows.map((arrow) => ({ arrow, before: undefined }));
  for (const way of open) {
    const { to } = way.arrow;
    if (ways.has(to)) continue;
    ways.set(to, way);
    for (const arrow of packages.get(to)?.arrows ?? []) open.push({ arrow, before: way });
  }
  return ways;
}

function wayBack(last: Way): Arrow[] {
  const arrows: Arrow[] = [];
  for (let way: Way | undefined = last; way !== undefined; way = way.before) arrows.push(way.arrow);
  return arrows.toReversed();
}

function textOf(path: readonly Arrow[]): string {
  return path.map(({ to }) => to).join(' ');
}
