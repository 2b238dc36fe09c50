import type { Row } from './row.ts';

/** Routes of the pantry door by method and path, and who may use them. */
export const pantryRows: Record<string, Row> = {
  'GET /packages/:name/:version/tarball': {
    rule: 'reader',
    path: ({ encoded }) => `/packages/${encoded}/1.0.0/tarball`,
  },
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};
