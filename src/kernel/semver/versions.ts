import semver from 'semver';
import { Fault } from '../errors.ts';
import { inLenientRange, isReadableRange } from './lenient-ranges.ts';

export interface Version {
  /** As published, with build metadata. */
  version: string;
  /** What makes it unique: without build metadata, which semver does not compare (semver 2.0.0, section 10). */
  versionKey: string;
}

/** Reads a version that follows semver 2.0.0 to the letter: no `v`, no blanks. Fault `version_invalid`. */
export function readVersion(text: string): Version {
  const parsed = semver.parse(text);
  if (parsed === null || exact(parsed) !== text) {
    throw new Fault(
      'version_invalid',
      `The version ${JSON.stringify(text.slice(0, 80))} is not valid semver; write it as 1.2.3 or 1.2.3-beta.1.`,
    );
  }
  return { version: text, versionKey: parsed.version };
}

/** What people should get who ask for nothing special: the highest release, without one the highest prerelease. */
export function newestVersion(versions: string[]): string | undefined {
  const releases = versions.filter((version) => semver.prerelease(version) === null);
  return (releases.length > 0 ? releases : versions).toSorted(semver.compare).at(-1);
}

/** Ranges as npm writes them, over versions in semver. A prerelease counts as a version like any other: `<2.0.0` covers `2.0.0-rc.1`. */
export const semverRanges = {
  isRange: (text: string) => text.trim() !== '' && isReadableRange(text) && semver.validRange(text) !== null,
  inRange: inLenientRange,
  compare: (one: string, other: string) => semver.compareBuild(one, other),
  newest: newestVersion,
};

function exact(parsed: semver.SemVer): string {
  return parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
}
