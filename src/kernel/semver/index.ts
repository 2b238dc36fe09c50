export { inLenientRange, isReadableRange } from './lenient-ranges.ts';
export { comparePrecedence, type OrderedVersion } from './order.ts';
export { parseRequirement, type Requirement } from './requirement.ts';
export { semverRanges } from './ranges.ts';
export { newestVersion, readVersion, type Version } from './versions.ts';
