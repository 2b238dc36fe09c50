import type { Row } from './row.ts';

/** What the Vais door tells of many packages at once, and who may ask. */
export const vaisListingRows: Record<string, Row> = {
  'GET /index.json': { rule: 'anybody', path: '/index.json' },
  'GET /packages/:name/index.json': { rule: 'reader', path: ({ name }) => `/packages/${name}/index.json` },
  'GET /search': { rule: 'anybody', path: '/search?q=demo' },
  'GET /popular': { rule: 'anybody', path: '/popular' },
  'GET /recent': { rule: 'anybody', path: '/recent' },
  'GET /categories': { rule: 'anybody', path: '/categories' },
  'GET /categories/:category': { rule: 'anybody', path: '/categories/parsing' },
  // One who has a package that everybody may see: others are nobody to those who see none of theirs.
  'GET /users/:username': { rule: 'anybody', path: '/users/the-owner' },
};
