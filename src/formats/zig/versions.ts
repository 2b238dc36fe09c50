import semver from 'semver';
import { semverRanges } from '../../kernel/index.ts';
import type { VersionRanges } from '../../policy/index.ts';
import { contentOf, isSameContent } from './same-content.ts';

/** Bytes of a name and of a version in a hash (Zig 0.14 and later, `std.zig.Package.Hash`). */
export const LONGEST_PART = 32;

/**
 * The version as the compiler prints it again, or undefined if it is not strict semver 2.0.0: no `v`, no blanks, three
 * numbers without leading zeros.
 */
export function strictVersion(text: string): string | undefined {
  const parsed = semver.parse(text);
  if (parsed === null) return undefined;
  const exact = parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
  return exact === text ? text : undefined;
}

/** The version without build metadata, which semver does not compare: what makes it unique in a registry. */
export function versionKeyOf(version: string): string {
  const plus = version.indexOf('+');
  return plus === -1 ? version : version.slice(0, plus);
}

/** Zig has no ranges of its own; policies are written with those of npm. */
export const zigRanges: VersionRanges = {
  ...semverRanges,
  inRange: (version, range) => isSameContent(version, range) || semverRanges.inRange(version, range),
  isContent: (text) => contentOf(text) !== undefined,
};
