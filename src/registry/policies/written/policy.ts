import { durationFrom } from '../../../kernel/index.ts';
import type { PolicySettings } from '../settings.ts';
import type { SecretLookup } from './credentials.ts';
import { notAnExemption, notAPattern, readFlag, readList, readWord } from './fields.ts';
import type { Place } from './place.ts';
import { readUpstreams, type ReadUpstream } from './upstreams.ts';

const HOUR = 3_600_000;
/** Ten years: what is younger than that for ever would better be blocked. */
const MOST_HOURS = 87_660;

export interface ReadPolicy {
  settings: Omit<PolicySettings, 'upstreams'>;
  /** Undefined: none were set. */
  upstreams: ReadUpstream[] | undefined;
}

/**
 * A policy as people write it, in `kontor.yaml`, to the API or at the command line; the three have one form. What is wrong with it
 * is noted at `place`. `lookup` is given where a secret may be taken from the environment.
 */
export function readPolicy(place: Place, value: unknown, lookup?: SecretLookup): ReadPolicy {
  const keys = [
    'upstreams',
    'offline',
    'claims',
    'requireClaim',
    'vanished',
    'blockMalicious',
    'cooldown',
  ] as const;
  const given = place.object(value, keys) ?? {};
  const offline = readFlag(place.at('offline'), given['offline']);
  const claims = readList(place.at('claims'), given['claims'], notAPattern);
  const requireClaim = readFlag(place.at('requireClaim'), given['requireClaim']);
  const vanished = readWord(place.at('vanished'), given['vanished'], ['hide', 'keep']);
  const blockMalicious = readFlag(place.at('blockMalicious'), given['blockMalicious']);
  const cooldown = readCooldown(place.at('cooldown'), given['cooldown']);
  return {
    settings: {
      ...(offline !== undefined && { offline }),
      ...(claims && { claims }),
      ...(requireClaim !== undefined && { requireClaim }),
      ...(vanished && { vanished }),
      ...(blockMalicious !== undefined && { blockMalicious }),
      ...(cooldown && { cooldown }),
    },
    upstreams: readUpstreams(place.at('upstreams'), given['upstreams'], lookup),
  };
}

function readCooldown(place: Place, value: unknown): PolicySettings['cooldown'] | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || value === false) {
    const hours = hoursFrom(value);
    return hours === undefined ? place.complain(notHours) : { hours };
  }
  const given = place.object(value, ['hours', 'exempt']);
  if (given === undefined) return undefined;
  const hours = given['hours'] === undefined ? undefined : hoursFrom(given['hours']);
  if (given['hours'] !== undefined && hours === undefined) place.at('hours').complain(notHours);
  const exempt = readList(place.at('exempt'), given['exempt'], notAnExemption);
  return { ...(hours !== undefined && { hours }), ...(exempt && { exempt }) };
}

export const notHours =
  'is no time of waiting: write hours as a number, a duration such as 72h or 3d, or off.';

/** `72`, `72h`, `3d`, `off`: hours, from 0 to ten years. */
export function hoursFrom(value: unknown): number | undefined {
  if (value === false || value === 'off') return 0;
  const hours =
    typeof value !== 'string'
      ? value
      : /^\d{1,6}$/.test(value)
        ? Number(value)
        : (durationFrom(value) ?? Number.NaN) / HOUR;
  return typeof hours === 'number' && hours >= 0 && hours <= MOST_HOURS ? hours : undefined;
}
