import type { RegistryPolicy, UpstreamSettings, UpstreamTimeouts } from '../ports/index.ts';

/**
 * What was set of a registry's policy; what is not there is as by default. This is what `kontor.yaml` gives, and what lies in the
 * database as JSON.
 */
export interface PolicySettings {
  /** Not there: those of the defaults; empty: none. */
  upstreams?: UpstreamEntry[];
  offline?: boolean;
  claims?: string[];
  requireClaim?: boolean;
  blockMalicious?: boolean;
  vanished?: RegistryPolicy['vanished'];
  cooldown?: Partial<RegistryPolicy['cooldown']>;
}

/** What was set of an upstream. Holds a secret, which is wrapped in the database: see `KeyWrap`. */
export interface UpstreamEntry extends Partial<Omit<UpstreamSettings, 'timeouts'>> {
  name: string;
  url: string;
  timeouts?: Partial<UpstreamTimeouts>;
}

/** What holds where nothing was set. */
export interface PolicyDefaults extends Omit<RegistryPolicy, 'upstreams'> {
  upstream: Omit<UpstreamSettings, 'name' | 'url'>;
  /** The upstreams of a registry. */
  upstreamsOf(registry: { name: string; format: string }): UpstreamEntry[];
}

/** What was set, over the defaults. `unwrap` gives the secret of an entry. */
export function resolvePolicy(
  registry: { name: string; format: string },
  settings: PolicySettings,
  { upstream, upstreamsOf, ...defaults }: PolicyDefaults,
  unwrap: (stored: string) => string,
): RegistryPolicy {
  const entries = settings.upstreams ?? upstreamsOf(registry);
  return {
    ...defaults,
    ...settings,
    cooldown: { ...defaults.cooldown, ...settings.cooldown },
    upstreams: entries.map((entry) => resolveUpstream(entry, upstream, unwrap)),
  };
}

function resolveUpstream(
  entry: UpstreamEntry,
  defaults: PolicyDefaults['upstream'],
  unwrap: (stored: string) => string,
): UpstreamSettings {
  return {
    ...defaults,
    ...entry,
    timeouts: { ...defaults.timeouts, ...entry.timeouts },
    authorization: typeof entry.authorization === 'string' ? unwrap(entry.authorization) : null,
  };
}
