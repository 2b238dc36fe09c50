export type { ArchiveRequest, ArchiveSink } from './archive.ts';
export { asWord, registryBase } from './base.ts';
export { RegistryClient, type IndexAnswer, type RegistryUser } from './client.ts';
export type { Variables } from './connection.ts';
export { Refusal } from './failure.ts';
export type { Publication } from './multipart.ts';
export type { RequestSettings } from './requests.ts';
export {
  isPackageName,
  isPackageVersion,
  PackageIndex,
  type IndexedPackage,
  type IndexedVersion,
} from './package-index.ts';
