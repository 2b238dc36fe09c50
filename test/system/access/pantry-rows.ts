import type { Row } from './row.ts';

/** Routes of the pantry door by method and path, and who may use them. */
export const pantryRows: Record<string, Row> = {
  'GET /packages/:name/:version/tarball': {
    rule: 'reader',
    path: ({ encoded }) => `/packages/${encoded}/1.0.0/tarball`,
  },
  // Nobody has downloaded it; what a stranger gets is compared in hidden.test.ts.
  'GET /analytics': { rule: 'anybody', path: '/analytics' },
  'GET /analytics/top': { rule: 'anybody', path: '/analytics/top?limit=100' },
  'GET /analytics/:name': { rule: 'anybody', path: ({ encoded }) => `/analytics/${encoded}`, ok: [200, 404] },
  'GET /analytics/:name/timeline': {
    rule: 'anybody',
    path: ({ encoded }) => `/analytics/${encoded}/timeline`,
  },
  'GET /analytics/:name/requested-versions': {
    rule: 'anybody',
    path: ({ encoded }) => `/analytics/${encoded}/requested-versions`,
  },
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};
