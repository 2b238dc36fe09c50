export { openFileBlobs } from './blobs.ts';
