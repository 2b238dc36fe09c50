import { isDeprecated, npmRanges, publishedAt } from '../../../formats/npm/index.ts';
import { judgeVersions, repairTags, type Finding, type GateRules } from '../../../policy/index.ts';
import type { Packument } from './kept.ts';

/** A packument without what the gate hides. */
export interface Sifted {
  packument: Packument;
  hidden: Map<string, Finding>;
  /** Set if every version is hidden: the best of them, and why. */
  nothingLeft: { version: string; finding: Finding } | undefined;
  validUntil: number | null;
}

/** Takes the versions out that the rules hide at the moment `now`, with their times, and repairs the tags. */
export function sift(packument: Packument, rules: GateRules, now: number): Sifted {
  const { versions, time } = packument;
  const all = Object.keys(versions);
  const { hidden, validUntil } = judgeVersions(
    rules,
    all.map((version) => ({ version, time: publishedAt(time, version) })),
    now,
    npmRanges,
  );
  if (hidden.size === 0) return { packument, hidden, validUntil, nothingLeft: undefined };
  const isShown = ([key]: [string, unknown]): boolean => !hidden.has(key);
  const left = Object.entries(versions).filter(isShown);
  const good = left.map(([version, { deprecated }]) => ({
    version,
    deprecated: isDeprecated(deprecated),
  }));
  const sifted = {
    ...packument,
    'dist-tags': repairTags(packument['dist-tags'], 'latest', good, npmRanges),
    versions: Object.fromEntries(left),
    ...(time && { time: Object.fromEntries(Object.entries(time).filter(isShown)) }),
  };
  return { packument: sifted, hidden, validUntil, nothingLeft: left.length > 0 ? undefined : best(hidden) };
}

function best(hidden: Map<string, Finding>): Sifted['nothingLeft'] {
  const version = npmRanges.newest([...hidden.keys()]) ?? '';
  const finding = hidden.get(version);
  return finding && { version, finding };
}
