import { SECRET, type Row, type Target } from './row.ts';
import { PASSWORD } from './world.ts';

const ofSomebody =
  (rest = '') =>
  ({ somebody }: Target) =>
    `/users/${somebody.name}${rest}`;

const WRONG = 'not the password';

/** Routes of the first-party API by method and path, and who may use them. */
export const apiRows: Record<string, Row> = {
  'GET /audit': { rule: 'administrator', path: '/audit?limit=1' },
  'GET /audit/export': { rule: 'administrator', path: '/audit/export?actor=nobody-at-all' },
  'GET /registries': { rule: 'user', path: '/registries' },

  'POST /invitations': { rule: 'administration', path: '/invitations', body: () => ({}) },
  'GET /invitations': { rule: 'administrator', path: '/invitations' },
  'DELETE /invitations/:id': { rule: 'administration', path: '/invitations/999999', ok: [404] },

  'GET /me': { rule: 'user', path: '/me' },
  'PATCH /me': { rule: 'account', path: '/me', body: () => ({ github: 'somebody' }) },
  'PUT /me/password': {
    rule: 'person',
    path: '/me/password',
    body: () => ({ old: WRONG, new: 'another pass phrase' }),
    // Told from «who are you» by its code.
    ok: [401],
  },
  // No mail is set up here.
  'POST /me/email/verification': { rule: 'account', path: '/me/email/verification', ok: [501] },
  'POST /me/email/verified': {
    rule: 'person',
    path: '/me/email/verified',
    body: () => ({ secret: SECRET }),
    ok: [404],
  },

  'GET /me/second-factors': { rule: 'user', path: '/me/second-factors' },
  'POST /me/second-factors/totp': {
    rule: 'person',
    path: '/me/second-factors/totp',
    body: () => ({ password: WRONG, mode: 'auth-only' }),
    ok: [401],
  },
  'POST /me/second-factors/totp/confirmation': {
    rule: 'person',
    path: '/me/second-factors/totp/confirmation',
    body: () => ({ code: '123456' }),
    ok: [400, 401, 404, 409, 422],
  },
  'POST /me/second-factors/recovery-codes': {
    rule: 'person',
    path: '/me/second-factors/recovery-codes',
    body: () => ({ password: WRONG }),
    ok: [401],
  },
  'PUT /me/second-factors/mode': {
    rule: 'person',
    path: '/me/second-factors/mode',
    body: () => ({ password: WRONG, mode: 'auth-only' }),
    ok: [401],
  },
  'DELETE /me/second-factors/totp': {
    rule: 'person',
    path: '/me/second-factors/totp',
    body: () => ({ password: WRONG }),
    ok: [401],
  },
  'PATCH /me/second-factors/passkeys/:id': {
    rule: 'person',
    path: '/me/second-factors/passkeys/999999',
    body: () => ({ name: 'x' }),
    ok: [404],
  },
  'DELETE /me/second-factors/passkeys/:id': {
    rule: 'person',
    path: '/me/second-factors/passkeys/999999',
    body: () => ({ password: WRONG }),
    ok: [401],
  },

  'GET /tokens': { rule: 'user', path: '/tokens' },
  'POST /tokens': {
    rule: 'account',
    path: '/tokens',
    // No more than the token that asks for it may.
    body: ({ caller }) => ({
      name: 'made by a test',
      scopes: [caller.scopes.find((scope) => scope === 'publish') ?? 'read'],
      expiresAt: null,
      password: PASSWORD,
    }),
  },
  'DELETE /tokens/:id': { rule: 'account', path: `/tokens/${'a'.repeat(64)}`, ok: [404] },

  'POST /password/forgot': {
    rule: 'open',
    path: '/password/forgot',
    body: () => ({ login: 'plain' }),
    ok: [501],
  },
  'POST /password/reset': {
    rule: 'open',
    path: '/password/reset',
    body: () => ({ secret: SECRET, password: 'another pass phrase' }),
    ok: [404],
  },

  'POST /sessions': { rule: 'open', path: '/sessions', body: () => ({ login: 'plain', password: PASSWORD }) },
  'GET /sessions': { rule: 'user', path: '/sessions' },
  // A token is no session.
  'DELETE /sessions/current': { rule: 'account', path: '/sessions/current', ok: [204, 400], logsOut: true },
  'DELETE /sessions/:id': { rule: 'account', path: '/sessions/999999', ok: [404] },

  'POST /users': {
    rule: 'open',
    path: '/users',
    body: ({ caller, somebody }) => ({ name: `${somebody.name}-${caller.name.length}x`, password: PASSWORD }),
  },
  'GET /users': { rule: 'administrator', path: '/users' },
  'GET /users/:name': { rule: 'administrator', path: ofSomebody() },
  'PUT /users/:name': {
    rule: 'administration',
    path: ofSomebody('-made'),
    body: () => ({ password: PASSWORD }),
    changesUser: true,
  },
  'PATCH /users/:name': {
    rule: 'administration',
    path: ofSomebody(),
    body: () => ({ disabled: true }),
    changesUser: true,
  },
  'DELETE /users/:name': { rule: 'administration', path: ofSomebody(), changesUser: true },
  'POST /users/:name/reset-link': { rule: 'administration', path: ofSomebody('/reset-link') },
};
