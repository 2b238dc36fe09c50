export { Analytics, everyDay, type NameNumbers } from './analytics.ts';
export { dayOf, DownloadCounter } from './counter.ts';
export { MOST_MISSING_OF_A_NAME } from './missing.ts';
export { tidyCounts } from './tidy.ts';
export type * from './store.ts';
