export type * from './blobs.ts';
export type * from './catalogue.ts';
