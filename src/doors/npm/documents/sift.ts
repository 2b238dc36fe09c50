import { isDeprecated, npmRanges, publishedAt } from '../../../formats/npm/index.ts';
import { judgeVersions, repairTags, type Finding, type GateRules } from '../../../policy/index.ts';
import type { Packument } from './kept.ts';
import { latestFields } from './latest-fields.ts';

/** A packument without what the gate hides. */
export interface Sifted {
  packument: Packument;
  hidden: Map<string, Finding>;
  /** Set if every version is hidden: the best of them, and why. */
  nothingLeft: { version: string; finding: Finding } | undefined;
  validUntil: number | null;
}

/**
 * Takes the versions out that the rules hide at the moment `now`, with their times, repairs the tags, and has the top of the document
 * describe the version that is the latest now.
 */
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
  const tags = repairTags(packument['dist-tags'], 'latest', good, npmRanges);
  const sifted = {
    ...packument,
    ...topOf(packument, tags),
    'dist-tags': tags,
    versions: Object.fromEntries(left),
    ...(time && { time: Object.fromEntries(Object.entries(time).filter(isShown)) }),
  };
  return { packument: sifted, hidden, validUntil, nothingLeft: left.length > 0 ? undefined : best(hidden) };
}

/** Nothing if the top describes a version that is still there. */
function topOf({ 'dist-tags': published, versions }: Packument, { latest }: Record<string, string>): object {
  if (latest === undefined || latest === published['latest']) return {};
  const manifest = versions[latest] ?? {};
  const readme = (manifest as Record<string, unknown>)['readme'];
  return latestFields(manifest, typeof readme === 'string' ? readme : null);
}

function best(hidden: Map<string, Finding>): Sifted['nothingLeft'] {
  const version = npmRanges.newest([...hidden.keys()]) ?? '';
  const finding = hidden.get(version);
  return finding && { version, finding };
}
