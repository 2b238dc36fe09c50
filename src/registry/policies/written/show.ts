import { durationText } from '../../../kernel/index.ts';
import type { RegistryPolicy } from '../../ports/index.ts';
import type { PolicySettings, UpstreamEntry } from '../settings.ts';

/** A policy as people write and read it: durations are texts, and of secrets it says only that there are some. */
export interface WrittenPolicy extends Omit<PolicySettings, 'upstreams'> {
  upstreams?: WrittenUpstream[];
}

export interface WrittenUpstream {
  name: string;
  url: string;
  names?: string[];
  /** True if credentials were set for it. */
  credentials?: boolean;
  allowHosts?: string[];
  allowPrivate?: boolean;
  timeouts?: Record<string, string>;
  freshness?: string;
  missingFreshness?: string;
  patience?: string;
}

/** What was set, or all that holds. `readPolicy` reads it back. */
export function showPolicy(policy: RegistryPolicy): Required<WrittenPolicy>;
export function showPolicy(settings: PolicySettings): WrittenPolicy;
export function showPolicy({ upstreams, ...settings }: PolicySettings): WrittenPolicy {
  return {
    ...(upstreams && { upstreams: upstreams.map((upstream) => showUpstream(upstream)) }),
    ...settings,
  };
}

function showUpstream(entry: UpstreamEntry): WrittenUpstream {
  const { name, url, names, allowHosts, allowPrivate, timeouts, authorization } = entry;
  const { freshness, missingFreshness, patience } = entry;
  return {
    name,
    url,
    ...(names && { names }),
    ...(typeof authorization === 'string' && { credentials: true }),
    ...(allowHosts && { allowHosts }),
    ...(allowPrivate !== undefined && { allowPrivate }),
    ...(freshness !== undefined && { freshness: durationText(freshness) }),
    ...(missingFreshness !== undefined && { missingFreshness: durationText(missingFreshness) }),
    ...(patience !== undefined && { patience: durationText(patience) }),
    ...(timeouts && {
      timeouts: Object.fromEntries(Object.entries(timeouts).map(([phase, ms]) => [phase, durationText(ms)])),
    }),
  };
}
