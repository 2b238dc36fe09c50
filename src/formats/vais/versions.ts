import { newestVersion, readVersion } from '../../kernel/semver/light/index.ts';

/**
 * Checks a version by SemVer 2.0 to the letter: what the original lets through besides (`1.0.0.5`, leading zeros) makes its clients
 * give up on the whole index (vais.md 2 and 3). Fault `version_invalid`.
 */
export function strictVersion(text: string): string {
  return readVersion(text).version;
}

/** What makes a version unique: without build metadata, which makes no other version (vais.md 3, D3). Fault `version_invalid`. */
export function versionKeyOf(text: string): string {
  return readVersion(text).versionKey;
}

/** The highest release, without one the highest prerelease; undefined for none. */
export function highestVersion(versions: string[]): string | undefined {
  return newestVersion(versions);
}
