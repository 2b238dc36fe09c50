export { addCounts } from './add.ts';
export { tidyCounts } from './tidy.ts';
