import { isFault, parseRequirement, semverRanges, type Requirement } from '../../kernel/index.ts';
import type { VersionRanges } from '../../policy/index.ts';

/**
 * Policies are written with the ranges of npm in every registry, for a block may be on several; what npm cannot read, such as
 * `>=1.0.0, <2.0.0`, is read as in a manifest of Vais. A bare `1.2` is `1.2.*` to a policy therefore, and a caret only to a manifest.
 */
export const vaisRanges: VersionRanges = {
  ...semverRanges,
  isRange: (text) => semverRanges.isRange(text) || (text.trim() !== '' && requirement(text) !== undefined),
  inRange: (version, range) =>
    semverRanges.isRange(range)
      ? semverRanges.inRange(version, range)
      : range.trim() !== '' && requirement(range)?.covers(version) === true,
};

function requirement(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
