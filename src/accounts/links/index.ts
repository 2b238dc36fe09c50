export type * from './store.ts';
export { createRecovery, type MadeLink, type Recovery } from './recovery.ts';
export { linkPath } from './secret.ts';
