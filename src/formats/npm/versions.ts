import semver from 'semver';
import { Fault, semverRanges } from '../../kernel/index.ts';
import type { VersionRanges } from '../../policy/index.ts';

export { newestVersion, readVersion, type Version } from '../../kernel/index.ts';

/** The key of a version in the loose forms that clients clean up (`v1.0.0`, blanks), or null if it is none. */
export function looseVersionKey(text: string): string | null {
  return semver.parse(text.trim(), { loose: true })?.version ?? null;
}

/** npm's ranges. */
export const npmRanges: VersionRanges = semverRanges;

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
