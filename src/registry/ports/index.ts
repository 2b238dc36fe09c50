export type * from './blobs.ts';
export type * from './catalogue.ts';
export type * from './signing-keys.ts';
export type * from './upstream.ts';
