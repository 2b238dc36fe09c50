export { readVaisUploadApart } from './archive-thread.ts';
export type { VaisDependencies, VaisDependency } from './dependencies.ts';
export { readVaisManifest, type ReadManifestOptions, type VaisManifest } from './manifest.ts';
export { checkVaisName, isProjectName, isVaisName } from './names.ts';
export { checkPublishedVersion } from './published-version.ts';
export { isTable } from './fields.ts';
export { parseTomlFile } from './toml.ts';
export type { VaisUpload } from './upload.ts';
export { highestVersion, strictVersion, versionKeyOf } from './versions.ts';
