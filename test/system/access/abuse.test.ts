import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageTarball, publish, publishBody } from '../../setup/publish.ts';
import { createWorld, logIn, PASSWORD, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.stop());

const tokenOf = (name: string) => world.callers.find((caller) => caller.name === name)?.token ?? '';

async function send(method: string, path: string, token: string | null, body?: unknown) {
  const response = await fetch(world.server.url + path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text };
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (text: string | undefined) =>
  JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

/** What somebody makes of a session of theirs. */
async function forge(
  how: (head: Record<string, unknown>, claims: Record<string, unknown>) => string,
): Promise<string> {
  const [head, claims] = (await logIn(world.server.url, 'plain')).split('.');
  return how(decoded(head), decoded(claims));
}

const hmac = (text: string, secret: string, hash = 'sha256') =>
  `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;

describe('a session that is not ours', () => {
  test.each<[string, Parameters<typeof forge>[0]]>([
    ['without a signature', (_head, claims) => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`],
    ['with an empty key', (head, claims) => hmac(`${part(head)}.${part(claims)}`, '')],
    ['signed with a word', (head, claims) => hmac(`${part(head)}.${part(claims)}`, 'secret')],
    [
      'signed with the store that it names',
      (head, claims) => hmac(`${part(head)}.${part(claims)}`, String(claims['iss'])),
    ],
    [
      'with a key of its own',
      (head, claims) =>
        hmac(`${part({ ...head, jwk: { kty: 'oct', k: 'c2VjcmV0' } })}.${part(claims)}`, 'secret'),
    ],
    [
      'with a key from elsewhere',
      (head, claims) =>
        hmac(`${part({ ...head, kid: '../../dev/null', jku: 'http://127.0.0.1:1/' })}.${part(claims)}`, ''),
    ],
  ])('%s opens nothing', async (_what, how) => {
    const token = await forge(how);
    for (const path of ['/-/api/v1/me', '/npm/-/whoami'])
      expect((await send('GET', path, token)).status).toBe(401);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another user', { sub: 'chef' }],
    ['another session', { sid: 'x' }],
    ['a longer life', { exp: 4_000_000_000 }],
    ['another store', { iss: 'elsewhere' }],
  ])('with %s written into it opens nothing', async (_what, change) => {
    const [head, claims, signature] = (await logIn(world.server.url, 'plain')).split('.');
    const token = `${head}.${part({ ...decoded(claims), ...change })}.${signature}`;
    expect((await send('GET', '/-/api/v1/me', token)).status).toBe(401);
  });
});

describe('a token that may only read', () => {
  test.each<[string, string, string, unknown]>([
    ['a token that may more', 'POST', '/npm/-/npm/v1/tokens', { password: PASSWORD }],
    ['another profile', 'POST', '/npm/-/npm/v1/user', { github: 'x' }],
    ['another password', 'PUT', '/-/api/v1/me/password', { old: PASSWORD, new: 'another pass phrase' }],
    ['an invitation', 'POST', '/-/api/v1/invitations', {}],
    ['another role', 'PATCH', '/-/api/v1/users/plain', { role: 'administrator' }],
    ['a package', 'PUT', '/npm/from-a-reader', {}],
  ])('makes no %s, not even in the hand of an administrator', async (_what, method, path, body) => {
    for (const caller of ['plain, reading', 'chef, reading']) {
      expect((await send(method, path, tokenOf(caller), body)).status).toBe(403);
    }
  });
});

describe('nobody makes an administrator of themselves', () => {
  test.each<[string, string, (name: string) => unknown]>([
    [
      'PUT',
      '/npm/-/user/org.couchdb.user:$',
      (name) => ({ name, password: PASSWORD, roles: ['administrator'], role: 'administrator' }),
    ],
    ['POST', '/-/api/v1/users', (name) => ({ name, password: PASSWORD, role: 'administrator' })],
  ])('by %s %s', async (method, path, body) => {
    const name = `climber-${method.toLowerCase()}`;
    await send(method, path.replace('$', name), null, body(name));
    expect(await world.kontor.accounts.find(name)).toMatchObject({ role: 'user' });
  });

  test.each([{ role: 'administrator' }, { disabled: false, role: 'administrator' }])(
    'by changing themselves with %j',
    async (change) => {
      const token = await logIn(world.server.url, 'plain');
      await send('PATCH', '/-/api/v1/me', token, change);
      await send('POST', '/npm/-/npm/v1/user', token, change);
      expect((await send('PATCH', '/-/api/v1/users/plain', token, change)).status).toBe(403);
      expect(await world.kontor.accounts.find('plain')).toMatchObject({ role: 'user' });
    },
  );
});

describe("somebody else's package", () => {
  test('takes no version, whatever the document says of its owners, and however it is hidden', async () => {
    for (const visibility of ['public', 'internal', 'private'] as const) {
      const name = await world.freshPackage('user', visibility);
      const body = {
        ...publishBody(name, '6.6.6', await packageTarball(name, '6.6.6')),
        maintainers: [{ name: 'plain' }],
        _npmUser: { name: 'the-owner' },
      };
      expect((await send('PUT', `/npm/${name}`, tokenOf('plain'), body)).status).toBe(403);
      const seen = await send('GET', `/npm/${name}`, tokenOf('the-owner'));
      expect(seen.text).not.toContain('6.6.6');
      expect(seen.text).not.toContain('"name":"plain"');
    }
  });

  test('is not written to from the path of a package of one’s own', async () => {
    const name = await world.freshPackage('user');
    const body = publishBody(name, '6.6.6', await packageTarball(name, '6.6.6'));
    for (const path of ['plains-own', `plains-own%2f..%2f${name}`, `%2e%2e%2f${name}`, `./${name}/.`]) {
      const { status } = await send('PUT', `/npm/${path}`, tokenOf('plain'), body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect((await send('GET', `/npm/${name}/6.6.6`, null)).status).toBe(404);
  });

  test('is not taken over after its owner removed it', async () => {
    const name = await world.freshPackage('user');
    const { text } = await send('GET', `/npm/${name}`, tokenOf('the-owner'));
    const { _rev } = JSON.parse(text) as { _rev: string };
    expect((await send('DELETE', `/npm/${name}/-rev/${_rev}`, tokenOf('the-owner'))).status).toBe(200);
    expect((await publish(world.server, tokenOf('plain'), name, '6.6.6')).status).toBe(403);
  });

  test('is not in the scope of an organisation for whoever is no publisher of it', async () => {
    for (const caller of ['plain', 'the-owner', 'org-reader']) {
      expect((await publish(world.server, tokenOf(caller), '@acme/planted', '1.0.0')).status).toBe(403);
    }
    expect((await publish(world.server, tokenOf('org-publisher'), '@acme/grown', '1.0.0')).status).toBe(201);
  });
});

describe('a name that looks like that of another user', () => {
  test.each([
    ['cyrillic', 'сhef'],
    ['full width', 'ｃｈｅｆ'],
    ['with a combining mark', 'chéf'],
    ['with a zero-width space', 'che​f'],
    ['turned around', '‮fehc'],
    ['with a blank', 'chef '],
    ['with a NUL', 'chef\0'],
    ['with a slash', 'chef/x'],
    ['in capitals', 'CHEF'],
  ])('%s is not given away', async (_what, name) => {
    const path = `/npm/-/user/org.couchdb.user:${encodeURIComponent(name)}`;
    const before = await world.kontor.accounts.find('chef');
    const registered = await send('PUT', path, null, { name, password: 'a pass phrase of somebody else' });
    expect([400, 401, 404, 409, 422]).toContain(registered.status);
    expect(
      (await send('POST', '/-/api/v1/users', null, { name, password: 'a pass phrase of somebody else' }))
        .status,
    ).not.toBe(201);
    expect(await world.kontor.accounts.find('chef')).toEqual(before);
  });
});

test('headers that are too large are refused, and others are served meanwhile', async () => {
  const status = await new Promise((resolve, reject) => {
    request(
      `${world.server.url}/npm/-/whoami`,
      { headers: { authorization: `Bearer ${'a'.repeat(100_000)}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(431);
  expect((await send('GET', '/npm/-/whoami', tokenOf('plain'))).status).toBe(200);
});
