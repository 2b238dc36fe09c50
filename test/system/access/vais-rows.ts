import type { Row } from './row.ts';

/** Routes of the Vais door by method and path, and who may use them. */
export const vaisRows: Record<string, Row> = {
  'GET /*': { rule: 'open', path: '/nothing/at/all', ok: [404] },
};
