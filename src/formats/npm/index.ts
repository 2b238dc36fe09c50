export { readPackageArchive, type PackageArchive } from './archive.ts';
export { npmAdvisories } from './advisory-ranges.ts';
export { aboutPackage, type About } from './about.ts';
export { abbreviatedVersion } from './abbreviated.ts';
export { npmClientSettings, type ClientSettingsOptions } from './client-settings.ts';
export {
  readPackedRelease,
  readRelease,
  type Attachment,
  type PackedVersion,
  type Release,
} from './manifest.ts';
export { checkNewName, isReadableName, tarballName, tarballVersion, unscoped } from './names.ts';
export { createNpmRemote, type NpmRemote } from './remote.ts';
export { isDeprecated } from './deprecation.ts';
export { publishedAt } from './times.ts';
export { checkTag, newestVersion, npmRanges, readVersion, type Version } from './versions.ts';
export {
  npmAttestations,
  npmAudit,
  npmKeys,
  npmSearch,
  type AuditEntry,
  type FoundPackage,
  type UpstreamKey,
} from './questions.ts';
export { readPreviewArchive, type PreviewArchive } from './preview-archive.ts';
export { rewriteApart } from './rewrite-thread.ts';
