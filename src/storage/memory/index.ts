export { memoryBlobs } from './blobs.ts';
export { MemoryCounters } from './counters.ts';
