import type { Arrow, Graph } from './graph.ts';

/** A line of the tree. */
export interface Branch {
  /** `│   ├── ` */
  stem: string;
  name: string;
  /** Undefined if it is not locked. */
  version: string | undefined;
  /** Shown above with what it needs, which is not shown again. */
  again: boolean;
}

export interface TreeOptions {
  /** How many arrows from the root a line may be away. */
  depth: number;
}

interface Open {
  arrow: Arrow;
  /** What stands before the stem. */
  before: string;
  last: boolean;
  depth: number;
}

/**
 * The packages behind arrows, each with what it needs below it, once. Walked without recursion, as a chain may be as long as it likes.
 */
export function branches(
  { packages }: Graph,
  arrows: readonly Arrow[],
  seen: Set<string>,
  { depth }: TreeOptions,
): Branch[] {
  const found: Branch[] = [];
  const open = openAll(arrows, '', 1);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { arrow, before, last } = next;
    const known = packages.get(arrow.to);
    const again = seen.has(arrow.to);
    found.push({
      stem: `${before}${last ? '└── ' : '├── '}`,
      name: arrow.to,
      version: known?.version,
      again,
    });
    if (again || next.depth >= depth) continue;
    seen.add(arrow.to);
    open.push(...openAll(known?.arrows ?? [], `${before}${last ? '    ' : '│   '}`, next.depth + 1));
  }
  return found;
}

/** The last first, so that the first is taken first. */
function openAll(arrows: readonly Arrow[], before: string, depth: number): Open[] {
  return arrows
    .map((arrow, index) => ({ arrow, before, depth, last: index === arrows.length - 1 }))
    .toReversed();
}
