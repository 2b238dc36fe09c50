import type { VersionRanges } from './ranges.ts';
import type { Block, GateRules } from './rules.ts';

/** A version as the gate looks at it. */
export interface JudgedVersion {
  version: string;
  /** When it was published, as its origin says, milliseconds; null or NaN if that does not say. */
  time: number | null;
}

/** Why a version is hidden: plain data. */
export type Finding =
  | { rule: 'block'; block: Block; until: null }
  | {
      rule: 'cooldown';
      hours: number;
      /** Null if no usable time is known. */
      published: number | null;
      /** From then on it is not hidden by this; null: not as long as there is a cooldown. */
      until: number | null;
    };

/** What is left of some versions. */
export interface Judgement {
  /** Of each hidden version what weighs most: a block before the cooldown. */
  hidden: Map<string, Finding>;
  /** The first moment at which other versions are hidden though nobody changed anything; null if that does not come. */
  validUntil: number | null;
}

/** The last moment that ECMAScript can write: 8.64e15 ms after the epoch. */
const END_OF_TIME = 8.64e15;

/** Everything that hides a version now: nothing if nothing does. */
export function judge(
  { cooldown, blocks }: GateRules,
  { version, time }: JudgedVersion,
  now: number,
  { inRange }: Pick<VersionRanges, 'inRange'>,
): Finding[] {
  const covers = ({ range }: { range: string | null }): boolean => range === null || inRange(version, range);
  const findings: Finding[] = blocks
    .filter(covers)
    .map((block): Finding => ({ rule: 'block', block, until: null }));
  if (cooldown === null || cooldown.exemptions.some(covers)) return findings;
  const { hours } = cooldown;
  const end = time === null ? Number.NaN : time + hours * 3_600_000;
  // Without a time that can be trusted nobody knows when it is old enough.
  if (!(Math.abs(end) <= END_OF_TIME))
    findings.push({ rule: 'cooldown', hours, published: null, until: null });
  else if (now < end) findings.push({ rule: 'cooldown', hours, published: time, until: end });
  return findings;
}

/** Judges all versions of a document. */
export function judgeVersions(
  rules: GateRules,
  versions: Iterable<JudgedVersion>,
  now: number,
  ranges: Pick<VersionRanges, 'inRange'>,
): Judgement {
  const hidden = new Map<string, Finding>();
  let validUntil: number | null = null;
  if (rules.key === '') return { hidden, validUntil };
  for (const version of versions) {
    const [first] = judge(rules, version, now, ranges);
    if (first === undefined) continue;
    hidden.set(version.version, first);
    if (first.until !== null) validUntil = Math.min(validUntil ?? first.until, first.until);
  }
  return { hidden, validUntil };
}
