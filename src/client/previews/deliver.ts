import type { Commit, Variables } from './commit.ts';
import { exchangeIdentity, identityToken } from './identity.ts';
import type { Packed } from './pack.ts';
import type { Target } from './registry.ts';
import { sendPreviews, type SendOptions, type SentPackage } from './send.ts';

/**
 * Sends all packages in one request. A job that shows its identity gets a token for one package at a time, so it sends each by itself,
 * first what others depend on: the server writes the addresses of what is there into what comes.
 */
export async function deliver(
  target: Target,
  commit: Commit,
  packages: readonly Packed[],
  options: SendOptions & { env: Variables },
): Promise<SentPackage[]> {
  const { url, dispatcher, authorization } = target;
  if (authorization !== undefined)
    return sendPreviews({ url, dispatcher, authorization }, commit, packages, options);
  const identity = await identityToken(options.env, url, dispatcher);
  const sent = new Map<string, SentPackage>();
  for (const one of dependenciesFirst(packages)) {
    const token = await exchangeIdentity(identity, { url, name: one.name, dispatcher });
    const [preview] = await sendPreviews(
      { url, dispatcher, authorization: `Bearer ${token}` },
      commit,
      [one],
      options,
    );
    if (preview) sent.set(one.name, preview);
  }
  return [...sent.values()];
}

/** Each after what it depends on; of those that depend on each other, the first one comes once more at the end. */
export function dependenciesFirst(packages: readonly Packed[]): Packed[] {
  const named = new Map(packages.map((one) => [one.name, one]));
  const state = new Map<Packed, 'begun' | 'done'>();
  const order: Packed[] = [];
  const again = new Set<Packed>();
  const visit = (one: Packed): void => {
    state.set(one, 'begun');
    for (const dependency of one.dependencies) {
      const needed = named.get(dependency);
      if (needed === undefined || needed === one) continue;
      if (state.get(needed) === 'begun') again.add(one);
      else if (!state.has(needed)) visit(needed);
    }
    state.set(one, 'done');
    order.push(one);
  };
  for (const one of packages) if (!state.has(one)) visit(one);
  return [...order, ...again];
}
