export type * from './blobs.ts';
export type * from './catalogue.ts';
export type * from './commands.ts';
export type * from './rows.ts';
export type * from './search.ts';
export type * from './signing-keys.ts';
export type * from './staged-versions.ts';
export type * from './upstream.ts';
