export { openFileBlobs } from './blobs.ts';
export { fileMarker } from './marker.ts';
export type { StoreMarker } from '../store-marker.ts';
