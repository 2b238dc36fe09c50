import semver from 'semver';
import { inLenientRange, isReadableRange } from './lenient-ranges.ts';
import { newestVersion } from './versions.ts';

/** Ranges as npm writes them, over versions in semver. A prerelease counts as a version like any other: `<2.0.0` covers `2.0.0-rc.1`. */
export const semverRanges = {
  isRange: (text: string) => text.trim() !== '' && isReadableRange(text) && semver.validRange(text) !== null,
  inRange: inLenientRange,
  compare: (one: string, other: string) => semver.compareBuild(one, other),
  newest: newestVersion,
};
