import type { Row } from './row.ts';
import { PASSWORD } from './world.ts';

/** Log-in, registration and tokens at the Vais door, and who may use them. */
export const vaisAuthRows: Record<string, Row> = {
  'POST /auth/login': {
    rule: 'open',
    path: '/auth/login',
    body: () => ({ username: 'plain', password: PASSWORD }),
  },
  // A name that somebody has: what makes an account is not for a table of callers.
  'POST /auth/register': {
    rule: 'open',
    path: '/auth/register',
    body: () => ({ username: 'plain', password: PASSWORD }),
    ok: [409],
  },
  'GET /auth/me': { rule: 'user', path: '/auth/me' },
  'GET /auth/tokens': { rule: 'user', path: '/auth/tokens' },
  'POST /auth/tokens': {
    rule: 'tokenMaker',
    path: '/auth/tokens',
    body: () => ({ name: 'ci', scopes: ['publish'] }),
  },
  'DELETE /auth/tokens/:id': {
    rule: 'account',
    path: '/auth/tokens/00000000-0000-8000-8000-000000000000',
    ok: [404],
  },
};
