import { SECRET, type Row, type Target } from './row.ts';
import { PASSWORD, type World } from './world.ts';
import type { User } from '../../../src/accounts/index.ts';

const ofSomebody =
  (rest = '') =>
  ({ somebody }: Target) =>
    `/users/${somebody.name}${rest}`;

const inPackage = (rest: string) => (target: Target) => `/registries/npm/packages/${target.encoded}/${rest}`;
const inTeam =
  (rest: string) =>
  async ({ world }: Target) =>
    `/organisations/acme/teams/${await world.freshTeam()}${rest}`;
/** An open invitation to the organisation. */
async function invitationTo({ name }: User, { server, callers }: World): Promise<number> {
  const owner = callers.find(({ role }) => role === 'owner');
  const response = await fetch(`${server.url}/-/api/v1/organisations/acme/invitations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner?.token ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: name, role: 'reader' }),
  });
  return ((await response.json()) as { invitation: { id: number } }).invitation.id;
}

const WRONG = 'not the password';

/** Routes of the first-party API by method and path, and who may use them. */
export const apiRows: Record<string, Row> = {
  'GET /advisories': { rule: 'user', path: '/advisories?package=demo' },
  'GET /advisories/:id': { rule: 'user', path: '/advisories/GHSA-none', ok: [404] },
  'DELETE /advisories/:id': { rule: 'administration', path: '/advisories/GHSA-none', ok: [404] },
  'GET /affected-versions': { rule: 'administrator', path: '/affected-versions' },
  'GET /audit': { rule: 'administrator', path: '/audit?limit=1' },
  'GET /storage': { rule: 'administrator', path: '/storage' },
  'GET /audit/export': { rule: 'administrator', path: '/audit/export?actor=nobody-at-all' },
  'GET /blocks': { rule: 'administrator', path: '/blocks' },
  'POST /blocks': {
    rule: 'administration',
    path: '/blocks',
    body: ({ somebody }) => ({ name: `@blocked/${somebody.name}`, reason: 'a test' }),
  },
  'DELETE /blocks/:id': { rule: 'administration', path: '/blocks/999999999', ok: [404] },
  'GET /registries': { rule: 'user', path: '/registries' },
  'POST /registries': {
    rule: 'administration',
    path: '/registries',
    body: ({ somebody }) => ({ name: `of-${somebody.name}`, format: 'npm' }),
    changesUser: true,
  },
  'PATCH /registries/:registry': { rule: 'administration', path: '/registries/npm', body: () => ({}) },
  'GET /registries/:registry/why/:name': {
    rule: 'userReader',
    path: ({ encoded }) => `/registries/npm/why/${encoded}?version=1.0.0`,
  },
  'GET /registries/:registry/downloads/top': { rule: 'user', path: '/registries/npm/downloads/top' },
  'GET /registries/:registry/downloads': { rule: 'administrator', path: '/registries/npm/downloads?days=7' },
  'GET /registries/:registry/packages/:name/downloads': {
    rule: 'userReader',
    path: inPackage('downloads'),
  },
  'GET /registries/:registry/packages/:name/missing-versions': {
    rule: 'userReader',
    path: inPackage('missing-versions'),
  },
  'GET /registries/:registry/members': { rule: 'user', path: '/registries/npm/members' },
  'PUT /registries/:registry/members/:user': {
    rule: 'administration',
    path: ({ somebody }) => `/registries/npm/members/${somebody.name}`,
    body: () => ({ role: 'reader' }),
    changesUser: true,
  },
  'DELETE /registries/:registry/members/:user': {
    rule: 'administration',
    path: ({ somebody }) => `/registries/npm/members/${somebody.name}`,
    ok: [204, 404],
  },
  'GET /registries/:registry/policy': { rule: 'administrator', path: '/registries/npm/policy' },
  'PATCH /registries/:registry/policy': {
    rule: 'administration',
    path: '/registries/npm/policy',
    body: () => ({ requireClaim: false }),
  },
  'GET /registries/:registry/upstreams': { rule: 'administrator', path: '/registries/npm/upstreams' },
  'PUT /registries/:registry/upstreams': {
    rule: 'administration',
    path: '/registries/npm/upstreams',
    body: () => ({ upstreams: [] }),
  },
  'GET /registries/:registry/explain/:name': {
    rule: 'anybody',
    path: ({ encoded }) => `/registries/npm/explain/${encoded}`,
  },
  'GET /registries/:registry/claims': { rule: 'administrator', path: '/registries/npm/claims' },
  'PUT /registries/:registry/claims/:pattern': {
    rule: 'administration',
    path: ({ somebody }) => `/registries/npm/claims/of-${somebody.name}`,
    body: () => ({ reason: 'ours' }),
    changesUser: true,
  },
  'DELETE /registries/:registry/claims/:pattern': {
    rule: 'administration',
    path: ({ somebody }) => `/registries/npm/claims/of-${somebody.name}`,
    ok: [204, 404],
  },
  'PUT /registries/:registry/packages/:name/visibility': {
    rule: 'maintainer',
    path: inPackage('visibility'),
    body: () => ({ visibility: 'public' }),
    changes: true,
  },
  'GET /registries/:registry/packages/:name/collaborators': {
    rule: 'userReader',
    path: inPackage('collaborators'),
  },
  'PUT /registries/:registry/packages/:name/teams/:organisation/:team': {
    rule: 'organiser',
    path: async (target) => inPackage(`teams/acme/${await target.world.freshTeam()}`)(target),
    body: () => ({ access: 'read' }),
    changes: true,
  },
  'DELETE /registries/:registry/packages/:name/teams/:organisation/:team': {
    rule: 'organiser',
    path: async (target) => inPackage(`teams/acme/${await target.world.freshTeam()}`)(target),
    changes: true,
  },
  'PUT /registries/:registry/packages/:name/transfer': {
    rule: 'maintainer',
    path: inPackage('transfer'),
    body: ({ somebody }) => ({ user: somebody.name }),
    changes: true,
  },
  'POST /registries/:registry/packages/:name/transfer': {
    rule: 'account',
    path: inPackage('transfer'),
    body: () => ({ accept: true }),
    // Nobody has offered it.
    ok: [404],
  },
  'GET /registries/:registry/packages/:name/publishing': {
    rule: 'maintainer',
    path: inPackage('publishing'),
  },
  'PATCH /registries/:registry/packages/:name/publishing': {
    rule: 'maintainer',
    path: inPackage('publishing'),
    body: () => ({ trustedOnly: false }),
    changes: true,
  },
  'POST /registries/:registry/packages/:name/trusted-publishers': {
    rule: 'maintainer',
    path: inPackage('trusted-publishers'),
    body: () => ({
      type: 'github',
      claims: { repository: 'acme/demo', workflow_ref: { file: 'release.yml' } },
      permissions: ['createPackage'],
    }),
    changes: true,
  },
  'DELETE /registries/:registry/packages/:name/trusted-publishers/:id': {
    rule: 'maintainer',
    path: inPackage('trusted-publishers/00000000-0000-4000-8000-000000000000'),
    ok: [404],
    changes: true,
    visibilities: ['public'],
  },
  'GET /me/transfers': { rule: 'user', path: '/me/transfers' },

  'GET /organisations': { rule: 'user', path: '/organisations' },
  'POST /organisations': {
    rule: 'account',
    path: '/organisations',
    body: ({ somebody }) => ({ name: `of-${somebody.name}` }),
    changesUser: true,
  },
  'GET /organisations/:organisation': { rule: 'member', path: '/organisations/acme' },
  'GET /organisations/:organisation/members': { rule: 'member', path: '/organisations/acme/members' },
  'PUT /organisations/:organisation/members/:user': {
    rule: 'organiser',
    path: ({ somebody }) => `/organisations/acme/members/${somebody.name}`,
    body: () => ({ role: 'reader' }),
    changesUser: true,
  },
  'DELETE /organisations/:organisation/members/:user': {
    rule: 'organiser',
    path: async ({ world }) => `/organisations/acme/members/${(await world.freshUser('member')).name}`,
  },
  'GET /organisations/:organisation/teams': { rule: 'member', path: '/organisations/acme/teams' },
  'POST /organisations/:organisation/teams': {
    rule: 'organiser',
    path: '/organisations/acme/teams',
    body: ({ somebody }) => ({ name: `of-${somebody.name}` }),
    changesUser: true,
  },
  'DELETE /organisations/:organisation/teams/:team': { rule: 'organiser', path: inTeam('') },
  'GET /organisations/:organisation/teams/:team/members': { rule: 'member', path: inTeam('/members') },
  'PUT /organisations/:organisation/teams/:team/members/:user': {
    rule: 'organiser',
    path: inTeam('/members/org-reader'),
  },
  'DELETE /organisations/:organisation/teams/:team/members/:user': {
    rule: 'organiser',
    path: inTeam('/members/org-reader'),
    ok: [204, 404],
  },
  'GET /organisations/:organisation/invitations': {
    rule: 'member',
    path: '/organisations/acme/invitations',
  },
  'POST /organisations/:organisation/invitations': {
    rule: 'organiser',
    path: '/organisations/acme/invitations',
    body: ({ somebody }) => ({ user: somebody.name, role: 'reader' }),
    changesUser: true,
  },
  'DELETE /organisations/:organisation/invitations/:id': {
    rule: 'organiser',
    path: async ({ world }) =>
      `/organisations/acme/invitations/${await invitationTo(await world.freshUser(), world)}`,
  },
  'GET /me/organisation-invitations': { rule: 'user', path: '/me/organisation-invitations' },
  'POST /me/organisation-invitations/:id': {
    rule: 'account',
    path: '/me/organisation-invitations/999999',
    body: () => ({ accept: true }),
    ok: [404],
  },
  'POST /me/organisation-invitations': {
    rule: 'account',
    path: '/me/organisation-invitations',
    body: () => ({ secret: SECRET, accept: true }),
    ok: [404],
  },

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
