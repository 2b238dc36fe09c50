import type { SemVer } from 'semver';
// File by file: the whole library takes a command twenty milliseconds to load.
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';
import { Fault } from '../errors.ts';

export interface Version {
  /** As published, with build metadata. */
  version: string;
  /** What makes it unique: without build metadata, which semver does not compare (semver 2.0.0, section 10). */
  versionKey: string;
}

/** Reads a version that follows semver 2.0.0 to the letter: no `v`, no blanks. Fault `version_invalid`. */
export function readVersion(text: string): Version {
  const parsed = parse(text);
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
  let [newest] = versions;
  let best: SemVer | null = null;
  // Each is read once: packages have thousands of versions.
  for (const version of versions) {
    const parsed = parse(version);
    if (parsed === null || (best !== null && isBefore(parsed, best))) continue;
    [newest, best] = [version, parsed];
  }
  return newest;
}

/** True for what people should rather not get; of equals the later one is taken. */
function isBefore(one: SemVer, other: SemVer): boolean {
  const [isRelease, wasRelease] = [one.prerelease.length === 0, other.prerelease.length === 0];
  return isRelease === wasRelease ? one.compare(other) < 0 : wasRelease;
}

/** Lowest first; build metadata counts for nothing. Throws for what is no version. */
export function compareVersions(one: string, other: string): number {
  return compare(one, other);
}

function exact(parsed: SemVer): string {
  return parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
}
