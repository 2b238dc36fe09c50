import { listCache } from '../../client/cache/index.ts';
import { Fault, nearest } from '../../kernel/light/index.ts';

/** Fault `package_not_found` for a name that is not in the cache; where `versions` may be named too, for a `name@version` as well. */
export async function checkCached(
  home: string,
  asked: readonly string[],
  { versions = false }: { versions?: boolean } = {},
): Promise<void> {
  if (asked.length === 0) return;
  const cached = await listCache(home);
  const names = cached.map(({ name }) => name);
  const exact = versions ? cached.map(({ name, version }) => `${name}@${version}`) : [];
  const known = new Set([...names, ...exact]);
  for (const one of asked) {
    if (known.has(one)) continue;
    const near = nearest(one, versions && one.includes('@') ? exact : names);
    throw new Fault(
      'package_not_found',
      `${one} is not in the cache${near === undefined ? '' : `; is ${near} meant?`}`,
    );
  }
}
