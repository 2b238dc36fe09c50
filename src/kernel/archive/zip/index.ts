export { zipEntries, type ZipEntry } from './entries.ts';
export { defaultZipLimits, type ZipLimits } from './limits.ts';
