export type * from './advisory.ts';
export { concerns } from './concerns.ts';
export type * from './format.ts';
export type { AdvisoryFile, ImportOptions, ImportReport } from './importer.ts';
export { Advisories, type AffectedVersion } from './service.ts';
export type * from './store.ts';
