/**
 * A ring of packages that need each other, as a path that ends where it began; undefined if there is none. `needs` says what a package
 * needs, in an order that decides which ring is found.
 */
export function findCycle(
  names: Iterable<string>,
  needs: (name: string) => readonly string[],
): string[] | undefined {
  const done = new Set<string>();
  for (const start of names) {
    const path: { name: string; rest: Iterator<string> }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string) => {
      path.push({ name, rest: needs(name)[Symbol.iterator]() });
      onPath.add(name);
    };
    if (!done.has(start)) enter(start);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.rest.next();
      if (next.done === true) {
        path.pop();
        onPath.delete(last.name);
        done.add(last.name);
      } else if (onPath.has(next.value)) {
        const along = path.map(({ name }) => name);
        return [...along.slice(along.indexOf(next.value)), next.value];
      } else if (!done.has(next.value)) enter(next.value);
    }
  }
  return undefined;
}
