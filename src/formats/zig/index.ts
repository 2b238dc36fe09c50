export type { ZigPackage } from './archive.ts';
export type { ZigDependency } from './dependencies.ts';
export { isLegacyHash, parseZigHash, type ParsedHash, type ZigHashes } from './hash.ts';
export { readZigManifest, type ZigManifest } from './manifest.ts';
export { isRegistryName, lookupName, registryName } from './names.ts';
export { readZigPackage, readZigRelease, type ZigArchive, type ZigRelease } from './read-archive.ts';
export { mirroredFile, zigContent } from './remote.ts';
export { dependencySnippet, fetchCommand } from './snippets.ts';
export { versionKeyOf, zigRanges } from './versions.ts';
