/** What of the versions needs no more of their library than the reading of one: for programs that must start at once. */
export { comparePrecedence, type OrderedVersion } from '../order.ts';
export { parseRequirement, type Requirement } from '../requirement.ts';
export { compareVersions, newestVersion, readVersion, type Version } from '../versions.ts';
