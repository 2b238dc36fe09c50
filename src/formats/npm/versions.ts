import semver from 'semver';
import { Fault } from '../../kernel/index.ts';
import type { VersionRanges } from '../../policy/index.ts';
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

/** The key of a version in the loose forms that clients clean up (`v1.0.0`, blanks), or null if it is none. */
export function looseVersionKey(text: string): string | null {
  return semver.parse(text.trim(), { loose: true })?.version ?? null;
}

/** What people should get who ask for nothing special: the highest release, without one the highest prerelease. */
export function newestVersion(versions: string[]): string | undefined {
  const releases = versions.filter((version) => semver.prerelease(version) === null);
  return (releases.length > 0 ? releases : versions).toSorted(semver.compare).at(-1);
}

/** npm's ranges. A prerelease counts as a version like any other: `<2.0.0` covers `2.0.0-rc.1`. */
export const npmRanges: VersionRanges = {
  isRange: (text) => text.trim() !== '' && isReadableRange(text) && semver.validRange(text) !== null,
  inRange: inLenientRange,
  compare: semver.compareBuild,
  newest: newestVersion,
};

const LONGEST_TAG = 214;

/**
 * Checks a dist-tag. One that reads as a version or a range (`1.2`, `v1`, `x`) could never be asked for: clients take
 * it for the range. Fault `tag_invalid`.
 */
export function checkTag(tag: string): void {
  const shown = JSON.stringify(tag.slice(0, 80));
  if (tag.length > LONGEST_TAG || !/^[A-Za-z0-9\-_.!~*'()]+$/.test(tag) || /^\.+$|^__proto__$/.test(tag)) {
    throw new Fault(
      'tag_invalid',
      `The tag ${shown} is not valid; take 1 to ${LONGEST_TAG} letters, digits, "-", "_" and ".".`,
    );
  }
  if (semver.validRange(tag) !== null) {
    throw new Fault(
      'tag_invalid',
      `The tag ${shown} reads as a version range; choose a word such as "next".`,
    );
  }
}

function exact(parsed: semver.SemVer): string {
  return parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
}
