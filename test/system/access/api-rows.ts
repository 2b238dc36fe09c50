import { SECRET, type Row, type Target } from './row.ts';
import { PASSWORD } from './world.ts';

const ofSomebody =
  (rest = '') =>
  ({ somebody }: Target) =>
    `/users/${somebody.name}${rest}`;

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
    body: () => ({ old: 'not the password', new: 'another pass phrase' }),
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
