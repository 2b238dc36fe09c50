import { packageTarball, publishBody } from '../../setup/publish.ts';
import { form, SECRET, type Row, type Target } from './row.ts';
import { PASSWORD } from './world.ts';

/** As its owner has it, for changes that are made of it. */
async function documentOf({ world, name }: Target): Promise<Record<string, unknown> & { _rev: string }> {
  const chef = world.callers.find(({ name: caller }) => caller === 'chef');
  const response = await fetch(`${world.server.url}/npm/${name.replace('/', '%2f')}?write=true`, {
    headers: { authorization: `Bearer ${chef?.token ?? ''}` },
  });
  return (await response.json()) as Record<string, unknown> & { _rev: string };
}

async function revisionOf(target: Target): Promise<string> {
  const { _rev: revision } = await documentOf(target);
  return revision;
}

const at = (rest: string) => (target: Target) => `/${target.encoded}${rest}`;
const inPackage = (rest: string) => (target: Target) => `/-/package/${target.encoded}/${rest}`;

const inTeam =
  (rest: string) =>
  async ({ world }: Target) =>
    `/-/team/acme/${await world.freshTeam()}${rest}`;

/** A version that waits, nowhere. Those that do wait have tests of their own. */
const STAGED = '00000000-0000-4000-8000-000000000000';

/** Routes of the npm door by method and path, and who may use them. */
export const npmRows: Record<string, Row> = {
  'GET /:name': { rule: 'reader', path: at('') },
  'GET /:name/:version': { rule: 'reader', path: at('/1.0.0') },
  'GET /:name/-/:file': { rule: 'reader', path: (target) => `/${target.encoded}/-/${target.file}` },
  'PUT /:name': {
    rule: 'publisher',
    path: at(''),
    body: async ({ name }) => publishBody(name, '2.0.0', await packageTarball(name, '2.0.0')),
    changes: true,
    // To whom it is hidden, it is a name that somebody else has: see the tests of takeovers.
    visibilities: ['public'],
  },
  'PUT /:name/-rev/:rev': {
    rule: 'reviser',
    path: async (target) => `/${target.encoded}/-rev/${await revisionOf(target)}`,
    body: async (target) => {
      const { _id, _rev, maintainers } = await documentOf(target);
      const more = { name: target.somebody.name, email: '' };
      return { _id, _rev, maintainers: [...(maintainers as object[]), more] };
    },
    changes: true,
  },
  'DELETE /:name/-rev/:rev': {
    rule: 'yanker',
    path: async (target) => `/${target.encoded}/-rev/${await revisionOf(target)}`,
    changes: true,
  },
  'DELETE /:name/-/:file/-rev/:rev': {
    rule: 'yanker',
    path: async (target) => `/${target.encoded}/-/${target.file}/-rev/${await revisionOf(target)}`,
    changes: true,
  },
  'GET /-/package/:name/visibility': { rule: 'reader', path: inPackage('visibility') },
  'GET /-/package/:name/collaborators': { rule: 'reader', path: inPackage('collaborators') },
  'POST /-/package/:name/access': {
    rule: 'maintainer',
    path: inPackage('access'),
    body: () => ({ access: 'public' }),
    changes: true,
  },
  'GET /-/package/:name/dist-tags': { rule: 'reader', path: inPackage('dist-tags') },
  'PUT /-/package/:name/dist-tags/:tag': {
    rule: 'publisher',
    path: inPackage('dist-tags/next'),
    body: () => '1.0.0',
    changes: true,
  },
  'DELETE /-/package/:name/dist-tags/:tag': {
    rule: 'publisher',
    path: inPackage('dist-tags/missing'),
    // Who may not change the package does not learn which tags it has.
    ok: [404],
    changes: true,
    visibilities: ['public'],
  },
  'GET /-/package/:name/trust': { rule: 'maintainer', path: inPackage('trust') },
  'POST /-/package/:name/trust': {
    rule: 'maintainer',
    path: inPackage('trust'),
    body: () => [
      {
        type: 'github',
        claims: { repository: 'acme/demo', workflow_ref: { file: 'release.yml' } },
        permissions: ['createPackage'],
      },
    ],
    changes: true,
  },
  'DELETE /-/package/:name/trust/:id': {
    rule: 'maintainer',
    path: inPackage('trust/00000000-0000-4000-8000-000000000000'),
    ok: [404],
    changes: true,
    visibilities: ['public'],
  },
  // Without an identity token: the exchange itself is tested with a real issuer.
  'POST /-/npm/v1/oidc/token/exchange/package/:name': {
    rule: 'open',
    path: ({ encoded }) => `/-/npm/v1/oidc/token/exchange/package/${encoded}`,
    // Sessions are JWTs too, but of no issuer that a package trusts.
    ok: [401, 403],
  },
  'POST /-/stage/package/:name': {
    rule: 'publisher',
    path: ({ encoded }) => `/-/stage/package/${encoded}`,
    body: async ({ name }) => publishBody(name, '2.0.0', await packageTarball(name, '2.0.0')),
    changes: true,
    visibilities: ['public'],
  },
  'GET /-/stage': { rule: 'user', path: '/-/stage' },
  'GET /-/stage/:id': { rule: 'user', path: `/-/stage/${STAGED}`, ok: [404] },
  'GET /-/stage/:id/tarball': { rule: 'user', path: `/-/stage/${STAGED}/tarball`, ok: [404] },
  'POST /-/stage/:id/approve': { rule: 'user', path: `/-/stage/${STAGED}/approve`, ok: [404] },
  'DELETE /-/stage/:id': { rule: 'user', path: `/-/stage/${STAGED}`, ok: [404] },
  'GET /-/org/:org/user': { rule: 'member', path: '/-/org/acme/user' },
  'PUT /-/org/:org/user': {
    rule: 'organiser',
    path: '/-/org/acme/user',
    body: ({ somebody }) => ({ user: somebody.name, role: 'developer' }),
    changesUser: true,
  },
  'DELETE /-/org/:org/user': {
    rule: 'organiser',
    path: '/-/org/acme/user',
    body: async ({ world }) => ({ user: (await world.freshUser('member')).name }),
  },
  'GET /-/org/:org/package': { rule: 'member', path: '/-/org/acme/package' },
  'GET /-/user/:user/package': { rule: 'user', path: '/-/user/plain/package' },
  'GET /-/org/:org/team': { rule: 'member', path: '/-/org/acme/team' },
  'PUT /-/org/:org/team': {
    rule: 'organiser',
    path: '/-/org/acme/team',
    body: ({ somebody }) => ({ name: `of-${somebody.name}` }),
    changesUser: true,
  },
  'DELETE /-/team/:org/:team': { rule: 'organiser', path: inTeam('') },
  'GET /-/team/:org/:team/user': { rule: 'member', path: inTeam('/user') },
  'PUT /-/team/:org/:team/user': {
    rule: 'organiser',
    path: inTeam('/user'),
    body: () => ({ user: 'org-reader' }),
  },
  'DELETE /-/team/:org/:team/user': {
    rule: 'organiser',
    path: inTeam('/user'),
    body: () => ({ user: 'org-reader' }),
    ok: [204, 404],
  },
  'GET /-/team/:org/:team/package': { rule: 'member', path: inTeam('/package') },
  'PUT /-/team/:org/:team/package': {
    rule: 'organiser',
    path: inTeam('/package'),
    body: ({ name }) => ({ package: name, permissions: 'read-only' }),
    changes: true,
  },
  'DELETE /-/team/:org/:team/package': {
    rule: 'organiser',
    path: inTeam('/package'),
    body: ({ name }) => ({ package: name }),
    changes: true,
  },
  'GET /-/_view/starredByUser': { rule: 'anybody', path: '/-/_view/starredByUser?key=%22plain%22' },
  'GET /-/user/:id': { rule: 'user', path: '/-/user/org.couchdb.user:plain' },
  'PUT /-/user/:id': {
    rule: 'open',
    path: '/-/user/org.couchdb.user:plain',
    body: () => ({ name: 'plain', password: PASSWORD }),
  },
  'GET /-/whoami': { rule: 'user', path: '/-/whoami' },
  'POST /-/v1/login': { rule: 'open', path: '/-/v1/login' },
  'GET /-/v1/login/:id': { rule: 'open', path: `/-/v1/login/${SECRET}`, ok: [404] },
  'POST /-/v1/login/:id': {
    rule: 'open',
    path: `/-/v1/login/${SECRET}`,
    headers: ({ world }) => ({ ...form, origin: world.server.url }),
    body: () => `name=plain&password=${PASSWORD}`,
    ok: [404],
  },
  'GET /-/v1/done/:id': { rule: 'open', path: `/-/v1/done/${SECRET}`, ok: [404] },
  'GET /-/v1/second-factor/:id': { rule: 'open', path: `/-/v1/second-factor/${SECRET}`, ok: [404] },
  'POST /-/v1/second-factor/:id': {
    rule: 'open',
    path: `/-/v1/second-factor/${SECRET}`,
    headers: ({ world }) => ({ ...form, origin: world.server.url }),
    body: () => 'otp=123456',
    ok: [404],
  },
  'GET /-/v1/second-factor-done/:id': { rule: 'open', path: `/-/v1/second-factor-done/${SECRET}`, ok: [404] },
  // Whoever has a token may end it.
  'DELETE /-/user/token/:token': { rule: 'open', path: '/-/user/token/ktr_garbage' },
  'GET /-/npm/v1/tokens': { rule: 'user', path: '/-/npm/v1/tokens' },
  'POST /-/npm/v1/tokens': {
    rule: 'tokenMaker',
    path: '/-/npm/v1/tokens',
    body: () => ({ password: PASSWORD }),
  },
  'DELETE /-/npm/v1/tokens/token/:key': {
    rule: 'account',
    path: `/-/npm/v1/tokens/token/${'a'.repeat(64)}`,
    ok: [404],
  },
  'GET /-/npm/v1/user': { rule: 'user', path: '/-/npm/v1/user' },
  'POST /-/npm/v1/user': { rule: 'account', path: '/-/npm/v1/user', body: () => ({ github: 'somebody' }) },
  'GET /-/npm/v1/keys': { rule: 'anybody', path: '/-/npm/v1/keys' },
  'POST /-/npm/v1/security/advisories/bulk': {
    rule: 'anybody',
    path: '/-/npm/v1/security/advisories/bulk',
    body: ({ name }) => ({ [name]: ['1.0.0'] }),
  },
  'POST /-/npm/v1/security/audits': { rule: 'open', path: '/-/npm/v1/security/audits', ok: [410] },
  'POST /-/npm/v1/security/audits/quick': {
    rule: 'open',
    path: '/-/npm/v1/security/audits/quick',
    ok: [410],
  },
  'GET /-/v1/search': { rule: 'anybody', path: '/-/v1/search?text=demo' },
  'GET /downloads/point/:period/:names': {
    rule: 'reader',
    path: ({ encoded }) => `/downloads/point/last-week/${encoded}`,
  },
  'GET /downloads/range/:period/:names': {
    rule: 'reader',
    path: ({ encoded }) => `/downloads/range/last-week/${encoded}`,
  },
  'GET /-/npm/v1/attestations/:spec': {
    rule: 'anybody',
    path: ({ encoded }) => `/-/npm/v1/attestations/${encoded}@1.0.0`,
    ok: [404],
  },
  'GET /-/ping': { rule: 'open', path: '/-/ping' },
  'GET /*': { rule: 'open', path: '/-/nothing/at/all', ok: [404] },
};
