import type { Capabilities } from '../capabilities.ts';

export const sqliteCapabilities: Capabilities = {
  rowLocks: false,
  types: { id: 'integer primary key autoincrement', text: 'text', bytes: 'blob' },
};
