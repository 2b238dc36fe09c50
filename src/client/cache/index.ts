export {
  cacheFolder,
  cleanCache,
  listCache,
  problemOfPackage,
  verifyCache,
  type CachedVersion,
  type Finding,
} from './contents.ts';
export { openIndex, type IndexOptions } from './index-copies.ts';
export type { Pinned } from './layout.ts';
export { PackageCache, type Arrival, type CacheOptions, type Fetch } from './package-cache.ts';
export { replaceFile } from './replace-file.ts';
export type { Origin } from './tree-record.ts';
