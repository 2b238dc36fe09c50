export { readVaisUploadApart } from './archive-thread.ts';
export * from './light/index.ts';
export { checkPublishedVersion } from './published-version.ts';
export { vaisRanges } from './ranges.ts';
export { readVaisUpload, type VaisUpload } from './upload.ts';
