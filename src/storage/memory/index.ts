export { memoryBlobs } from './blobs.ts';
