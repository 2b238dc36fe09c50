export { Analytics, type NameNumbers } from './analytics.ts';
export { DownloadCounter } from './counter.ts';
export { dayOf, dayText, everyDay } from './days.ts';
export { MOST_MISSING_OF_A_NAME } from './missing.ts';
export { tidyCounts } from './tidy.ts';
export type * from './store.ts';
