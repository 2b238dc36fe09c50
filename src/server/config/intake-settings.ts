import { hoursFrom, notHours } from '../../registry/index.ts';
import { Complaint, parseDuration, parseFlag } from './parse.ts';
import type { Setting } from './settings.ts';

/** What holds for a registry of which nothing else was said: see `registries` in `kontor.yaml`. */
export interface IntakeValues {
  /** May redirects and documents of upstreams lead to private and loopback addresses? */
  upstreamAllowPrivate: boolean;
  /** Milliseconds that an answer of an upstream is given without asking again. */
  upstreamFreshness: number;
  /** Milliseconds that its "not found" is. */
  upstreamMissingFreshness: number;
  /** No upstream is asked for anything. */
  offline: boolean;
  /** Hours. */
  cooldown: number;
}

function parseHours(raw: string): number {
  const hours = hoursFrom(raw.toLowerCase());
  if (hours !== undefined) return hours;
  throw new Complaint(notHours);
}

/** Defaults of all registries, each for what the registry itself does not say. */
export const intakeSettings: { readonly [K in keyof IntakeValues]: Setting<IntakeValues[K]> } = {
  upstreamAllowPrivate: {
    env: 'KONTOR_UPSTREAM_ALLOW_PRIVATE',
    doc: 'Whether redirects and tarball URLs of upstreams may lead to private and loopback addresses, where their host is allowed at all.',
    defaultDoc: '`false`',
    parse: parseFlag,
    initial: () => ({ raw: 'false' }),
  },
  upstreamFreshness: {
    env: 'KONTOR_UPSTREAM_FRESHNESS',
    doc: 'How long what an upstream said is given without asking it again.',
    defaultDoc: '`5m`',
    parse: parseDuration,
    initial: () => ({ raw: '5m' }),
    show: (ms) => `${ms} ms`,
  },
  upstreamMissingFreshness: {
    env: 'KONTOR_UPSTREAM_MISSING_FRESHNESS',
    doc: 'How long an upstream is not asked again for what it did not have.',
    defaultDoc: '`1m`',
    parse: parseDuration,
    initial: () => ({ raw: '1m' }),
    show: (ms) => `${ms} ms`,
  },
  offline: {
    env: 'KONTOR_OFFLINE',
    doc: 'Whether upstreams are left alone: what is stored is served, and nothing is asked for.',
    defaultDoc: '`false`',
    parse: parseFlag,
    initial: () => ({ raw: 'false' }),
  },
  cooldown: {
    env: 'KONTOR_COOLDOWN',
    doc: 'How old a version of an upstream must be before it is shown, such as 72h or 3d, or off.',
    defaultDoc: '`off`',
    parse: parseHours,
    initial: () => ({ raw: 'off' }),
    show: (hours) => (hours === 0 ? 'off' : `${hours}h`),
  },
};
