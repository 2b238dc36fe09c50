export { npmAdvisories } from './advisory-ranges.ts';
export { abbreviatedVersion } from './abbreviated.ts';
export { npmClientSettings, type ClientSettingsOptions } from './client-settings.ts';
export { readRelease, type Attachment, type Release } from './manifest.ts';
export { checkNewName, isReadableName, unscoped } from './names.ts';
export { createNpmRemote, type NpmRemote } from './remote.ts';
export { publishedAt } from './times.ts';
export { checkTag, newestVersion, npmRanges, readVersion, type Version } from './versions.ts';
export { npmAttestations, npmAudit, npmKeys, type AuditEntry, type UpstreamKey } from './questions.ts';
