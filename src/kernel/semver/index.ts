export { inLenientRange, isReadableRange } from './lenient-ranges.ts';
export { newestVersion, readVersion, semverRanges, type Version } from './versions.ts';
