export { defaultArchiveLimits, type ArchiveLimits } from './limits.ts';
export { readTarGz } from './read.ts';
export type { ArchiveEntry, ArchiveSummary, WantedContent } from './entries.ts';
