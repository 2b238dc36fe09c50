import semver from 'semver';
import { Fault, inLenientRange, isReadableRange } from '../../kernel/index.ts';
import type { AdvisoryFormat, OsvEvent, OsvVersions } from '../../registry/index.ts';
import { isReadableName } from './names.ts';

/** From `from` on, if that is not null, to `to`. */
interface Interval {
  from: semver.SemVer | null;
  to: Bound | null;
}

interface Bound {
  version: semver.SemVer;
  inclusive: boolean;
}

/** What a range may be made of: one that is checked for every version of a package must stay small. */
const MOST_PARTS = 5000;

/** Advisories about npm packages; ranges are npm's own, prereleases included. */
export const npmAdvisories: AdvisoryFormat = {
  format: 'npm',
  ecosystem: 'npm',
  isName: isReadableName,
  range: rangeOf,
  isRange: isReadableRange,
  inRange: inLenientRange,
};

/** Source: OSV schema, "affected[].ranges[].events" with its evaluation algorithm, and "affected[].versions". */
function rangeOf({ ranges, versions, lastKnown }: OsvVersions): string | null {
  const intervals = merged(ranges.flatMap((events) => intervalsOf(events, lastKnown)));
  const parts = intervals.map(textOf);
  for (const text of new Set(versions)) {
    const version = semver.parse(text);
    if (version !== null && !intervals.some((interval) => holds(interval, version))) {
      parts.push(version.version);
    }
  }
  if (parts.length > MOST_PARTS) throw invalid(`it names more than ${MOST_PARTS} versions one by one`);
  return parts.length === 0 ? null : parts.join(' || ');
}

function intervalsOf(events: OsvEvent[], lastKnown: string | null): Interval[] {
  const limits = events.filter(({ kind }) => kind === 'limit');
  const sorted = events
    .filter(({ kind }) => kind !== 'limit')
    .map((event) => ({ kind: event.kind, version: event.version === '0' ? null : read(event.version) }))
    .toSorted((one, other) => compare(one.version, other.version));
  const found: Interval[] = [];
  let open: { from: semver.SemVer | null } | undefined;
  for (const { kind, version } of sorted) {
    if (kind === 'introduced') open ??= { from: version };
    else if (open !== undefined && version !== null) {
      found.push({ ...open, to: { version, inclusive: kind === 'last_affected' } });
      open = undefined;
    } else if (kind === 'fixed') open = undefined;
  }
  if (open !== undefined) found.push({ ...open, to: lastKnownBound(lastKnown) });
  return limits.some(({ version }) => version === '*') ? found : limited(found, limits);
}

/** Nothing at or behind the highest limit is meant. */
function limited(intervals: Interval[], limits: OsvEvent[]): Interval[] {
  const [highest] = limits.map(({ version }) => read(version)).toSorted((a, b) => semver.compare(b, a));
  if (highest === undefined) return intervals;
  const end: Bound = { version: highest, inclusive: false };
  return intervals
    .filter(({ from }) => from === null || semver.lt(from, highest))
    .map(({ from, to }) => ({
      from,
      to: to === null || semver.lt(highest, to.version) ? end : lower(to, end),
    }));
}

function lower(one: Bound, other: Bound): Bound {
  return semver.eq(one.version, other.version)
    ? { ...one, inclusive: one.inclusive && other.inclusive }
    : one;
}

function lastKnownBound(text: string | null): Bound | null {
  const [, sign, version] = /^(<=?)\s*(\S+)$/.exec(text?.trim() ?? '') ?? [];
  return version === undefined ? null : { version: read(version), inclusive: sign === '<=' };
}

/** The same versions in as few intervals as there may be, in order. */
function merged(intervals: Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const next of intervals.filter(isSome).toSorted((one, other) => compare(one.from, other.from))) {
    const last = result.at(-1);
    if (last === undefined || !touches(last, next)) result.push({ ...next });
    else if (last.to !== null && (next.to === null || isFurther(next.to, last.to))) last.to = next.to;
  }
  return result;
}

function isSome({ from, to }: Interval): boolean {
  if (from === null || to === null) return true;
  const order = semver.compare(from, to.version);
  return order < 0 || (order === 0 && to.inclusive);
}

function touches({ to }: Interval, { from }: Interval): boolean {
  return to === null || from === null || semver.lte(from, to.version);
}

function isFurther(one: Bound, other: Bound): boolean {
  const order = semver.compare(one.version, other.version);
  return order > 0 || (order === 0 && one.inclusive);
}

function holds({ from, to }: Interval, version: semver.SemVer): boolean {
  if (from !== null && semver.lt(version, from)) return false;
  if (to === null) return true;
  return to.inclusive ? semver.lte(version, to.version) : semver.lt(version, to.version);
}

function textOf({ from, to }: Interval): string {
  if (from !== null && to !== null && semver.eq(from, to.version)) return from.version;
  const start = from === null ? '' : `>=${from.version}`;
  const end = to === null ? '' : `${to.inclusive ? '<=' : '<'}${to.version.version}`;
  return `${start} ${end}`.trim() || '*';
}

/** Null, the beginning of all versions, comes first. */
function compare(one: semver.SemVer | null, other: semver.SemVer | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return semver.compare(one, other);
}

/** Records write a version now and then without its last numbers. */
function read(text: string): semver.SemVer {
  const padded = /^\d+(\.\d+)?$/.test(text) ? `${text}${text.includes('.') ? '.0' : '.0.0'}` : text;
  const version = semver.parse(padded, { loose: true });
  if (version === null) throw invalid(`${JSON.stringify(text.slice(0, 60))} is no version`);
  // Strict, as what it is compared with.
  return new semver.SemVer(version.version);
}

function invalid(reason: string): Fault {
  return new Fault('advisory_invalid', `This is no advisory that can be used: ${reason}.`);
}
