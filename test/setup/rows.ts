import type { RegistryRow } from '../../src/registry/index.ts';

/** A registry as the database holds it, for tests without one. */
export const npmRegistry: RegistryRow = {
  id: 7,
  name: 'npm',
  format: 'npm',
  visibility: 'public',
  publish: 'anyone',
  organisation: null,
  createdAt: 0,
};
