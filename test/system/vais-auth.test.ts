import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actingAs } from '../../src/accounts/index.ts';
import { loadConfig, openKontor, type Kontor } from '../../src/server/index.ts';
import { api, session } from '../setup/api.ts';
import { Authenticator } from '../setup/authenticator.ts';
import { vaiscPkg, type LineOptions } from '../setup/client-line.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { publishVais } from '../setup/vais-packages.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TOKEN = /^vais_[0-9a-f]{64}$/;
const PASSWORD = 'a good pass phrase';

let server: InProcess;
let kontor: Kontor;
beforeAll(async () => {
  server = await startInProcess({
    VAIS_REGISTRY_ADMIN_USER: 'admin',
    VAIS_REGISTRY_ADMIN_PASS: 'changeme',
    VAIS_REGISTRY_CORS_ORIGINS: 'https://a.example.com',
    KONTOR_HOST: '127.0.0.1',
  });
  const env = { KONTOR_DATA: server.data, KONTOR_PROFILE: 'vais' };
  kontor = await openKontor(loadConfig({ env, cwd: temporaryFolder('cwd') }), { create: false });
});
afterAll(async () => {
  await kontor.close();
  await server.stop();
});

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

async function ask(
  method: string,
  path: string,
  { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** What its clients read of a refusal. */
const refusal = (error: unknown, status: number) => ({ status, body: { error, status } });

async function logIn(username: string, password = PASSWORD): Promise<string> {
  const answer = await ask('POST', '/auth/login', { body: { username, password } });
  expect(answer.status).toBe(200);
  return (answer.body as { token: string }).token;
}

let people = 0;
async function somebody(): Promise<{ name: string; token: string }> {
  const name = `user-${(people += 1)}`;
  await ask('POST', '/auth/register', { body: { username: name, password: PASSWORD } });
  return { name, token: await logIn(name) };
}

describe('a log-in', () => {
  test.each(['', '/vais', '/api/v1', '/vais/api/v1'])(
    '[V-64] below «%s» gives a token for 365 days and says who it is for',
    async (base) => {
      const body = { username: 'admin', password: 'changeme' };
      const { status, body: told, headers } = await ask('POST', `${base}/auth/login`, { body });
      expect({ status, told }).toEqual({
        status: 200,
        told: {
          token: expect.stringMatching(TOKEN),
          expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          user: { id: expect.stringMatching(UUID), username: 'admin', email: null, is_admin: true },
        },
      });
      expect(headers.get('cache-control')).toBe('no-store');
      const { token, expires_at: end, user } = told as { token: string; expires_at: string; user: unknown };
      expect((Date.parse(end) - Date.now()) / 86_400_000).toBeCloseTo(365, 2);
      expect(await ask('GET', `${base}/auth/me`, { token })).toMatchObject({ status: 200, body: user });
    },
  );

  test('[V-64] with a wrong password, or as nobody, is refused in the same words', async () => {
    for (const body of [
      { username: 'admin', password: 'wrong' },
      { username: 'nobody-here', password: 'wrong' },
    ]) {
      // A client that sends its old token along too is told of what it typed.
      const headers = { authorization: 'Bearer old' };
      expect(await ask('POST', '/auth/login', { body, headers })).toMatchObject(
        refusal('Invalid credentials', 401),
      );
    }
    const token = await session(server, 'admin', 'changeme');
    const events = async () =>
      JSON.stringify((await api(server, 'GET', '/audit?type=user.login', { token })).body);
    await expect.poll(events, { timeout: 20_000 }).toContain('"code":"password_wrong"');
  });

  test.each(['{', '[]', '"x"', '{}', '{"username":"admin"}', '{"username":1,"password":"x"}', ''])(
    'that sends %j is a bad request',
    async (body) => {
      const { status, body: told } = await ask('POST', '/auth/login', { body });
      expect([status, told]).toEqual([400, { error: expect.any(String), status: 400 }]);
    },
  );

  test('[V-57] again gives a token after the first was taken away', async () => {
    const { name, token } = await somebody();
    const { body } = await ask('GET', '/auth/tokens', { token });
    const [row] = body as { id: string }[];
    expect(await ask('DELETE', `/auth/tokens/${row?.id}`, { token })).toMatchObject({ status: 204 });
    expect(await ask('GET', '/auth/me', { token })).toMatchObject(refusal('Invalid token', 401));
    expect(await ask('GET', '/auth/me', { token: await logIn(name) })).toMatchObject({ status: 200 });
  });

  test('is ended by itself, and others live on', async () => {
    const { name, token } = await somebody();
    const other = await logIn(name);
    const { body } = await ask('POST', '/auth/tokens', { token, body: { name: 'ci', scopes: ['publish'] } });
    const { token: third } = body as { token: string };
    expect(await ask('DELETE', '/auth/tokens/current', { token })).toMatchObject({ status: 204 });
    expect(await ask('DELETE', '/auth/tokens/current', { token })).toMatchObject(
      refusal('Invalid token', 401),
    );
    expect(await ask('DELETE', '/api/v1/auth/tokens/current', { token: third })).toMatchObject({
      status: 204,
    });
    expect(await ask('DELETE', '/auth/tokens/current')).toMatchObject(refusal('Unauthorized', 401));
    expect(await ask('GET', '/auth/me', { token: other })).toMatchObject({ status: 200 });
    // A session of the web is no token: it is ended where it began.
    const web = await session(server, name, PASSWORD);
    expect(await ask('DELETE', '/auth/tokens/current', { token: web })).toMatchObject({ status: 404 });
  });

  test('of somebody with a second factor takes a code too, as a field or as npm sends it', async () => {
    const { name } = await somebody();
    const token = await session(server, name, PASSWORD);
    const begun = await api(server, 'POST', '/me/second-factors/totp', {
      token,
      body: { password: PASSWORD, mode: 'auth-and-writes' },
    });
    const app = new Authenticator((begun.body as { secret: string }).secret);
    const confirmed = await api(server, 'POST', '/me/second-factors/totp/confirmation', {
      token,
      body: { code: await app.next() },
    });
    const [recoveryCode = '', otherCode, thirdCode] = (confirmed.body as { recoveryCodes: string[] })
      .recoveryCodes;
    const body = { username: name, password: PASSWORD };
    const without = await ask('POST', '/auth/login', { body });
    expect(without).toMatchObject(
      refusal(expect.stringMatching(/^Second factor required: .* as otp beside the password\.$/), 401),
    );
    expect(without.headers.get('www-authenticate')).toBe('OTP');
    const wrong = await ask('POST', '/auth/login', { body: { ...body, otp: '000000' } });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'OTP']);
    const right = await ask('POST', '/auth/login', { body: { ...body, otp: await app.next() } });
    expect(right).toMatchObject({ status: 200, body: { token: expect.stringMatching(TOKEN) } });
    const inHeader = { body, headers: { 'npm-otp': recoveryCode } };
    expect(await ask('POST', '/auth/login', inHeader)).toMatchObject({ status: 200 });
    const where = { cwd: temporaryFolder('cwd'), home: temporaryFolder('home') };
    const pkg = (line: string, input = '') =>
      vaiscPkg(`${line} --registry ${server.url}`, { ...where, input });
    const login = await pkg('login', `${name}\n${PASSWORD}\n${otherCode}\n`);
    expect(login).toMatchObject({ code: 0, out: expect.stringContaining(`as ${name}`) });
    expect((await pkg('yank demo@1.0.0')).err).toMatch(
      /^error: yank failed \(HTTP 401\): Second factor required: .*\. Give it with --otp CODE\.\n$/,
    );
    expect((await pkg(`yank demo@1.0.0 --otp ${thirdCode?.replaceAll(' ', '')}`)).err).toContain('HTTP 404');
  });
});

describe('somebody with a second factor for writes', () => {
  const where = { cwd: temporaryFolder('cwd'), home: temporaryFolder('home') };
  let codes: string[];
  let friend: string;
  beforeAll(async () => {
    const { name } = await somebody();
    friend = (await somebody()).name;
    codes = await withSecondFactor(name);
    const typed = [name, PASSWORD, codes.pop() ?? ''];
    await pkg(`login --registry ${server.url}`, { typed });
    writeFileSync(join(where.cwd, 'vais.toml'), `[package]\nname = "careful"\nversion = "1.0.0"\n`);
    mkdirSync(join(where.cwd, 'src'));
    writeFileSync(join(where.cwd, 'src/lib.vais'), '# x\n');
    // More than the buffers of a connection hold: the refusal comes while it is still sent.
    writeFileSync(join(where.cwd, 'data.bin'), randomBytes(12 * 1024 ** 2));
  });
  const pkg = (line: string, more: Partial<LineOptions> = {}) => vaiscPkg(line, { ...where, ...more });

  test('is asked for a code on a terminal, and what was refused is sent again with it', async () => {
    for (const line of [
      'publish',
      'yank careful@1.0.0',
      'unyank careful@1.0.0',
      `owner add careful ${friend}`,
      `owner remove careful ${friend}`,
    ]) {
      const { code, err } = await pkg(line, { typed: [codes.pop() ?? ''] });
      expect([code, err.match(/One-time code: /g)?.length], `${line}: ${err}`).toEqual([0, 1]);
    }
    expect(await ask('GET', '/packages/careful')).toMatchObject({
      body: { owners: [expect.not.stringContaining(friend)], versions: [{ yanked: false }] },
    });
  });

  test.each([
    ['publish', 'publish'],
    ['yank', 'yank careful@1.0.0'],
    ['owner add', 'owner add careful somebody'],
    ['owner remove', 'owner remove careful somebody'],
  ])('is told without a terminal how %s takes one, and gives it there', async (command, line) => {
    const { code, out, err } = await pkg(line);
    expect([code, out.includes('✓')]).toEqual([1, false]);
    expect(err).toMatch(
      new RegExp(
        `^error: ${command} failed \\(HTTP 401\\): Second factor required: .*\\. Give it with --otp CODE\\.\\n$`,
      ),
    );
    const given = await pkg(`${line} --otp ${codes.pop()?.replaceAll(' ', '')}`);
    expect(given.err).not.toContain('HTTP 401');
  });
});

/** Gives somebody a second factor that writes take too; the recovery codes, each of which is good once. */
async function withSecondFactor(name: string): Promise<string[]> {
  const token = await session(server, name, PASSWORD);
  const { body } = await api(server, 'POST', '/me/second-factors/totp', {
    token,
    body: { password: PASSWORD, mode: 'auth-and-writes' },
  });
  const code = await new Authenticator((body as { secret: string }).secret).next();
  const confirmed = await api(server, 'POST', '/me/second-factors/totp/confirmation', {
    token,
    body: { code },
  });
  return (confirmed.body as { recoveryCodes: string[] }).recoveryCodes;
}

describe('registration', () => {
  test('[V-65] makes a user who is no administrator, and a name is taken once', async () => {
    const body = { username: 'Mia_1', password: PASSWORD, email: 'mia@example.com' };
    expect(await ask('POST', '/auth/register', { body })).toMatchObject({
      status: 200,
      body: {
        id: expect.stringMatching(UUID),
        username: 'Mia_1',
        email: 'mia@example.com',
        is_admin: false,
      },
    });
    for (const username of ['Mia_1', 'mia_1', 'admin']) {
      const again = await ask('POST', '/auth/register', { body: { ...body, username } });
      expect(again).toMatchObject(refusal(`User already exists: ${username}`, 409));
    }
    expect(await logIn('mia_1')).toMatch(TOKEN);
  });

  test.each([
    ['ab', PASSWORD],
    ['x'.repeat(33), PASSWORD],
    ['a b c', PASSWORD],
    ['a/b/c', PASSWORD],
    ['a.b.c', PASSWORD],
    ['', PASSWORD],
    ['somebody', 'short'],
    ['somebody', ''],
    ['somebody', 12_345_678],
    ['ünïcode', PASSWORD],
    ['root', PASSWORD],
    ['_ab', PASSWORD],
    ['-ab', PASSWORD],
    ['héé', PASSWORD],
  ])('[V-65] of %j with %j is a bad request', async (username, password) => {
    const { status, body } = await ask('POST', '/auth/register', { body: { username, password } });
    expect([status, body]).toEqual([400, { error: expect.any(String), status: 400 }]);
    // The rule of other doors, which take more.
    expect((body as { error: string }).error).not.toContain('2 to 64');
  });
});

describe('[V-51] a token is', () => {
  test('wanted where there is none', async () => {
    const answer = await ask('GET', '/auth/me');
    expect(answer).toMatchObject(refusal('Unauthorized', 401));
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    'Bearer garbage',
    `Bearer vais_${'0'.repeat(64)}`,
    'Bearer',
    'Token x',
    `Basic ${Buffer.from('admin:wrong').toString('base64')}`,
  ])('not «%s»', async (authorization) => {
    const answer = await ask('GET', '/auth/me', { headers: { authorization } });
    expect(answer).toMatchObject(refusal('Invalid token', 401));
  });

  test('not one that has expired', async () => {
    const { name } = await somebody();
    const user = await kontor.accounts.find(name);
    if (user === undefined) throw new Error('there is no such user');
    const { token } = await kontor.accounts.deriveToken(actingAs(user, 'test'), {
      name: 'short',
      scopes: ['read', 'publish'],
      expiresAt: Date.now() + 300,
      shape: 'vais',
    });
    await expect
      .poll(async () => ask('GET', '/auth/me', { token }))
      .toMatchObject(refusal('Token expired', 401));
  });

  test('of any shape good at every door', async () => {
    const ktr = await register(server, 'anna');
    expect(await ask('GET', '/auth/me', { token: ktr })).toMatchObject({
      status: 200,
      body: { username: 'anna' },
    });
    const { token } = await somebody();
    const tarball = await packageTarball('by-vais', '1.0.0');
    expect(await publish(server, token, 'by-vais', '1.0.0', { tarball })).toMatchObject({ status: 201 });
  });
});

test('[V-54] whoever only reads publishes nothing, nor does a plain user into what is somebody else’s', async () => {
  const { name, token } = await somebody();
  const wish = { name: 'guarded' };
  expect((await publishVais(server, token, wish)).status).toBe(200);
  const user = await kontor.accounts.find(name);
  if (user === undefined) throw new Error('there is no such user');
  const reading = { name: 'reads', scopes: ['read' as const], expiresAt: null, shape: 'vais' as const };
  const reader = await kontor.accounts.deriveToken(actingAs(user, 'test'), reading);
  const plain = await somebody();
  for (const key of [reader.token, plain.token]) {
    expect(await publishVais(server, key, { ...wish, version: '1.0.1' })).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/^Forbidden: /), status: 403 },
    });
  }
});

describe('tokens for robots', () => {
  test('are made without an end for who sends the password, shown once, listed and taken away', async () => {
    const { token } = await somebody();
    const body = { name: 'ci', scopes: [], password: PASSWORD };
    const made = await ask('POST', '/auth/tokens', { token, body });
    expect(made).toMatchObject({
      status: 200,
      body: {
        id: expect.stringMatching(UUID),
        token: expect.stringMatching(TOKEN),
        name: 'ci',
        scopes: ['publish', 'yank'],
        expires_at: null,
      },
    });
    const { id, token: secret } = made.body as { id: string; token: string };
    expect(await ask('GET', '/auth/me', { token: secret })).toMatchObject({ status: 200 });
    const list = await ask('GET', '/api/v1/auth/tokens', { token });
    const me = (await ask('GET', '/auth/me', { token })).body as { id: string };
    expect(JSON.stringify(list.body)).not.toContain(secret.slice(5));
    expect(list.body).toEqual([
      expect.objectContaining({ name: 'vais login', scopes: ['publish', 'yank'] }),
      {
        id,
        user_id: me.id,
        name: 'ci',
        scopes: ['publish', 'yank'],
        expires_at: null,
        last_used_at: null,
        created_at: expect.stringMatching(/Z$/),
      },
    ]);
    const other = await somebody();
    expect(await ask('DELETE', `/auth/tokens/${id}`, { token: other.token })).toMatchObject({ status: 404 });
    expect(await ask('DELETE', `/auth/tokens/${id}`, { token })).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect(await ask('DELETE', `/auth/tokens/${id}`, { token })).toMatchObject(
      refusal('Token not found', 404),
    );
    expect(await ask('GET', '/auth/me', { token: secret })).toMatchObject(refusal('Invalid token', 401));
  });

  test('have the scopes and the days that were asked for', async () => {
    const { token } = await somebody();
    const body = { name: 'ci', scopes: ['publish'], expires_in_days: 30 };
    const made = await ask('POST', '/auth/tokens', { token, body });
    const { expires_at: end, scopes } = made.body as { expires_at: string; scopes: string[] };
    expect(scopes).toEqual(['publish']);
    expect((Date.parse(end) - Date.now()) / 86_400_000).toBeCloseTo(30, 2);
  });

  test('end with the token that asks for them, unless the password comes with it', async () => {
    const { name } = await somebody();
    const user = await kontor.accounts.find(name);
    if (user === undefined) throw new Error('there is no such user');
    const end = new Date(Date.now() + 3_600_000).toISOString();
    const short = { name: 'short', scopes: ['read', 'publish'] as const, expiresAt: Date.parse(end) };
    const { token } = await kontor.accounts.deriveToken(actingAs(user, 'test'), short);
    const make = async (more: object) => {
      const body = { name: 'more', scopes: ['publish'], ...more };
      return (await ask('POST', '/auth/tokens', { token, body })).body as { expires_at: string | null };
    };
    expect(await make({})).toMatchObject({ expires_at: end });
    expect(await make({ expires_in_days: 30 })).toMatchObject({ expires_at: end });
    expect(await make({ password: PASSWORD })).toMatchObject({ expires_at: null });
    const days = Date.parse((await make({ password: PASSWORD, expires_in_days: 30 })).expires_at ?? '');
    expect((days - Date.now()) / 86_400_000).toBeCloseTo(30, 2);
  });

  test.each([
    [{ name: 'x', scopes: ['everything'] }],
    [{ name: 'x', scopes: 'publish' }],
    [{ scopes: ['publish'] }],
    [{ name: '' }],
    [{ name: 'x', expires_in_days: 0 }],
    [{ name: 'x', expires_in_days: 1.5 }],
    [{ name: 'x', expires_in_days: '30' }],
    [{ name: 'x'.repeat(101) }],
  ])('asked for as %j are a bad request', async (body) => {
    const { token } = await somebody();
    expect(await ask('POST', '/auth/tokens', { token, body })).toMatchObject({
      status: 400,
      body: { status: 400 },
    });
  });

  test('may administer only where an administrator shows the password', async () => {
    const body = { name: 'boss', scopes: ['admin'] };
    const { token } = await somebody();
    expect(await ask('POST', '/auth/tokens', { token, body })).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/^Forbidden: /), status: 403 },
    });
    const admin = await logIn('admin', 'changeme');
    expect(await ask('POST', '/auth/tokens', { token: admin, body })).toMatchObject({ status: 403 });
    const wrong = { ...body, password: 'wrong' };
    expect(await ask('POST', '/auth/tokens', { token: admin, body: wrong })).toMatchObject(
      refusal('Invalid credentials', 401),
    );
    const shown = await ask('POST', '/auth/tokens', {
      token: admin,
      body: { ...body, password: 'changeme' },
    });
    expect(shown).toMatchObject({ status: 200, body: { scopes: ['admin'] } });
  });

  test('are not made by one that may only read, or that is limited and ends', async () => {
    const { name } = await somebody();
    const user = await kontor.accounts.find(name);
    if (user === undefined) throw new Error('there is no such user');
    const holder = actingAs(user, 'test');
    const issue = (more: object) =>
      kontor.accounts.deriveToken(holder, { name: 'x', scopes: ['read'], expiresAt: null, ...more });
    for (const { token } of [
      await issue({}),
      await issue({
        scopes: ['read', 'publish', 'yank'],
        limits: { addresses: ['127.0.0.0/8'] },
        expiresAt: Date.now() + 60_000,
      }),
    ]) {
      expect(await ask('POST', '/auth/tokens', { token, body: { name: 'more' } })).toMatchObject({
        status: 403,
      });
    }
  });
});

async function allowedFrom(origin: string): Promise<unknown[]> {
  const answer = await fetch(`${server.url}/auth/login`, { method: 'OPTIONS', headers: { origin } });
  await answer.body?.cancel();
  return [answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')];
}

test('pages of the sites that the operator named may ask, and no others', async () => {
  expect(await allowedFrom('https://a.example.com')).toEqual([200, 'https://a.example.com', 'Origin']);
  expect(await allowedFrom('https://b.example.com')).toEqual([200, null, 'Origin']);
});

test('a page may send a code of a second factor, and caches tell both pages and what they take apart', async () => {
  const origin = 'https://a.example.com';
  const asked = await fetch(`${server.url}/auth/tokens`, { method: 'OPTIONS', headers: { origin } });
  expect(asked.headers.get('access-control-allow-headers')).toBe('Content-Type, Authorization, npm-otp');
  const { headers } = await ask('GET', '/api/v1/packages/guarded/1.0.0', {
    headers: { origin, accept: 'application/json' },
  });
  expect(headers.get('vary')).toBe('Origin, Accept');
});
