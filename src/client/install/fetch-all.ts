import { Fault } from '../../kernel/light/index.ts';
import type { Arrival, Fetch, Origin, PackageCache } from '../cache/index.ts';
import type { Progress } from '../progress/index.ts';
import type { LockedPackage } from '../project/index.ts';
import type { PackageIndex, RegistryClient } from '../registry/index.ts';

/** Where packages come from that are not in the cache. */
export interface Remote {
  client: RegistryClient;
  /** As of `Origin`. */
  own: Origin['own'];
  index: PackageIndex | undefined;
}

export interface FetchOptions {
  cache: PackageCache;
  /** Called when something has to be fetched; undefined: that is not allowed. */
  remote: (() => Promise<Remote>) | undefined;
  progress: Progress;
  signal: AbortSignal;
  /** What a person is to read of a package that did not come from a registry. */
  explain: (error: unknown, one: LockedPackage, registry: string) => Promise<unknown>;
}

const NOTHING = { url: undefined, size: undefined };
/** Packages under way at the same time: enough to hide that a server thinks, few enough for it. */
const AT_ONCE = 8;

/** Brings packages into the cache. The first failure ends it, when those under way have ended. */
export async function fetchAll(
  packages: readonly LockedPackage[],
  options: FetchOptions,
): Promise<Map<string, Arrival>> {
  const arrivals = new Map<string, Arrival>();
  const waiting = packages.toReversed();
  const putOff = new Set<LockedPackage>();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined && failure === undefined; one = waiting.pop()) {
      try {
        options.signal.throwIfAborted();
        const arrival = await fetchOne(one, options, waiting.length > 0 && !putOff.has(one));
        if (arrival !== undefined) arrivals.set(one.name, arrival);
        else {
          // Another process brings it. Once all else is here, it is there, or is not waited for.
          putOff.add(one);
          waiting.unshift(one);
        }
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  const over = options.progress.together();
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, packages.length) }, worker));
  } finally {
    over();
  }
  if (failure !== undefined) throw failure.error;
  return arrivals;
}

async function fetchOne(
  one: LockedPackage,
  { cache, remote, progress, explain }: FetchOptions,
  canWait: boolean,
): Promise<Arrival | undefined> {
  const { name, version, checksum } = one;
  let registry: string | undefined;
  const fetch: Fetch = async (sink) => {
    if (remote === undefined) {
      throw new Fault(
        'not_found',
        `Package ${name} ${version} not in cache. Run without --offline to download.`,
      );
    }
    const { client, own, index } = await remote();
    registry = client.base;
    const indexed = index?.version(name, version);
    // What the index says of other bytes does not count.
    const { url, size } = indexed?.checksum === checksum ? indexed : NOTHING;
    const transfer = progress.start(`${name} ${version}`, size);
    let moved = sink.size;
    try {
      const onProgress = (bytes: number): void => {
        if (bytes < moved) transfer.restart();
        else transfer.advance(bytes - moved);
        moved = bytes;
      };
      await client.archive({ name, version, url, size, onProgress }, sink);
    } finally {
      transfer.end();
    }
    return { registry, own };
  };
  try {
    return await cache.ensure({ name, version, checksum }, fetch, canWait);
  } catch (error) {
    throw registry === undefined ? error : await explain(error, one, registry);
  }
}
