import { systemClock } from '../kernel/index.ts';
import {
  defaultPolicy,
  PolicyKeeper,
  RegistryPolicies,
  type PolicyDefaults,
  type UpstreamEntry,
} from '../registry/index.ts';
import type { SqlStore } from '../storage/sql/index.ts';
import { defaultTimeouts, isOwnUrl } from '../upstream/index.ts';
import type { Config, Values } from './config/index.ts';
import { keyWrap } from './key-wrap.ts';

/** How long a client who could be given a stored copy waits for a newer one, milliseconds. */
const PATIENCE = 3_000;

/** What registries let in, and who changes it, on an open store. */
export function createPolicies({ values, registries }: Config, store: SqlStore) {
  const defaults = policyDefaults(values);
  const wrap = keyWrap(values.secret);
  const policies = new RegistryPolicies({ store: store.policies, wrap, defaults, fixed: registries });
  const policyKeeper = new PolicyKeeper({
    catalogue: store.catalogue,
    policies,
    store: store.policies,
    defaults,
    wrap,
    clock: systemClock,
    isOwn: (url) => isOwnUrl(url, ownUrls(values)),
  });
  return { policies, policyKeeper };
}

function policyDefaults(values: Values): PolicyDefaults {
  return {
    ...defaultPolicy,
    offline: values.offline,
    cooldown: { hours: values.cooldown, exempt: [] },
    upstream: {
      names: [],
      authorization: null,
      timeouts: defaultTimeouts,
      freshness: values.upstreamFreshness,
      missingFreshness: values.upstreamMissingFreshness,
      patience: PATIENCE,
      allowHosts: [],
      allowPrivate: values.upstreamAllowPrivate,
    },
    upstreamsOf: ({ name, format }) =>
      name === 'npm' && format === 'npm' ? npmUpstreams(values.npmUpstream) : [],
  };
}

function npmUpstreams(upstream: Values['npmUpstream']): UpstreamEntry[] {
  if (upstream.kind === 'off') return [];
  return [{ name: 'npm', url: upstream.kind === 'npm' ? 'npm' : `${upstream.url.replace(/\/$/, '')}/` }];
}

/** Under which this server is surely reached; one whose port the system chooses learns more when it listens. */
function ownUrls({ host, port, publicUrl }: Values): string[] {
  const own = publicUrl === undefined ? [] : [publicUrl];
  if (port !== 0) own.push(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return own;
}

/** A sentence on settings of a registry that is not there. */
export function idleSettings(name: string): string {
  return `registries.${name} in the settings does nothing, for there is no such registry (yet): kontor registry create makes it.`;
}
