export { defaultArchiveLimits, type ArchiveLimits } from './limits.ts';
export { unpackGzip } from './gzip.ts';
export { quoted } from './paths.ts';
export {
  readPortableTarGz,
  type PortableBounds,
  type PortableFile,
  type PortableReader,
} from './portable.ts';
export { readTarGz } from './read.ts';
export type { ArchiveEntry, ArchiveSummary, WantedContent, WantedPieces } from './entries.ts';
export { defaultZipLimits, zipEntries, type ZipEntry, type ZipLimits } from './zip/index.ts';
