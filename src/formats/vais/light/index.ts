/** What of the format costs nothing to load: manifests and names, without what opens archives. The client takes this. */
export { archiveBounds } from '../bounds.ts';
export type { VaisDependencies, VaisDependency } from '../dependencies.ts';
export { isTable } from '../fields.ts';
export { readVaisManifest, type ReadManifestOptions, type VaisManifest } from '../manifest.ts';
export { checkVaisName, isProjectName, isVaisName } from '../names.ts';
export { indexEntry, releaseOf, type About } from '../release.ts';
export type { VaisRelease } from '../stored-release.ts';
export { parseTomlFile } from '../toml.ts';
export { highestVersion, strictVersion, versionKeyOf } from '../versions.ts';
