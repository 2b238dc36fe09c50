import { beforeAll, describe, expect, test } from 'vitest';
import { Authenticator } from '../setup/authenticator.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { publishZig } from '../setup/zig-packages.ts';

let server: RunningKontor;
beforeAll(async () => {
  server = await startKontor();
});

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

interface Ask {
  method?: string;
  token?: string;
  authorization?: string;
  otp?: string | undefined;
  body?: unknown;
  form?: Record<string, string>;
}

/** Asks a path below the registry, or an absolute URL. */
async function ask(path: string, { method = 'GET', token, authorization, otp, body, form }: Ask = {}) {
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (authorization !== undefined) headers.set('authorization', authorization);
  if (otp !== undefined) headers.set('npm-otp', otp);
  const response = await fetch(path.startsWith('http') ? path : `${server.url}/npm${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(form && { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  const json = text.startsWith('{') ? (JSON.parse(text) as Answer['json']) : {};
  return { status: response.status, headers: response.headers, text, json } satisfies Answer;
}

const passwordOf = (user: string) => `a long pass phrase of ${user}`;
const changeProfile = (token: string, body: object, otp?: string) =>
  ask('/-/npm/v1/user', { method: 'POST', token, body, otp });
const mode = (user: string, wanted: string) => ({ tfa: { password: passwordOf(user), mode: wanted } });

interface Enrolled {
  token: string;
  app: Authenticator;
  recoveryCodes: string[];
}

/** As `npm profile enable-2fa` does it. */
async function enrol(user: string, wanted = 'auth-and-writes', given?: string): Promise<Enrolled> {
  const token = given ?? (await register(server, user));
  const begun = await changeProfile(token, mode(user, wanted));
  const app = new Authenticator(String(begun.json['tfa']));
  const confirmed = await changeProfile(token, { tfa: [await app.next()] });
  expect(confirmed.status).toBe(200);
  return { token, app, recoveryCodes: confirmed.json['tfa'] as string[] };
}

const put = async (name: string, version: string, { token, otp }: Ask, tag?: string) =>
  ask(`/${name}`, {
    method: 'PUT',
    ...(token !== undefined && { token }),
    otp,
    body: publishBody(name, version, await packageTarball(name, version), tag),
  });
const couchLogin = (user: string, password: string, otp?: string) =>
  ask(`/-/user/org.couchdb.user:${user}`, { method: 'PUT', otp, body: { name: user, password } });

const wantsCode = { status: 401, json: expect.objectContaining({ code: 'second_factor_required' }) };
const wrongCode = { status: 401, json: expect.objectContaining({ code: 'second_factor_wrong' }) };

describe('enrolling through the profile', () => {
  test('goes from nothing over pending to on, and shows ten recovery codes once', async () => {
    const token = await register(server, 'anna');
    const tfa = async () => (await ask('/-/npm/v1/user', { token })).json['tfa'];
    expect(await tfa()).toBe(false);
    const begun = await changeProfile(token, mode('anna', 'auth-and-writes'));
    expect(begun).toMatchObject({ status: 200, json: { name: 'anna' } });
    expect(begun.json['tfa']).toMatch(/^otpauth:\/\/totp\/Kontor%20127\.0\.0\.1:anna\?/);
    expect(await tfa()).toEqual({ mode: 'auth-and-writes', pending: true });
    expect(await changeProfile(token, { tfa: ['000000'] })).toMatchObject({
      status: 422,
      json: { code: 'code_wrong' },
    });
    const app = new Authenticator(String(begun.json['tfa']));
    const confirmed = await changeProfile(token, { tfa: [await app.next()] });
    expect(new Set(confirmed.json['tfa'] as string[])).toHaveLength(10);
    expect(await tfa()).toEqual({ mode: 'auth-and-writes', pending: false });
    expect(await changeProfile(token, { tfa: ['000000'] })).toMatchObject({ status: 409 });
  });

  test('needs the password, and a token that may do more than read', async () => {
    const token = await register(server, 'ben');
    const wrong = { tfa: { password: 'wrong', mode: 'auth-only' } };
    expect(await changeProfile(token, wrong)).toMatchObject({
      status: 401,
      json: { code: 'password_wrong' },
    });
    const made = await ask('/-/npm/v1/tokens', {
      method: 'POST',
      token,
      body: { password: passwordOf('ben'), readonly: true },
    });
    const reader = String(made.json['token']);
    expect(await changeProfile(reader, mode('ben', 'auth-only'))).toMatchObject({ status: 403 });
    expect(await changeProfile(reader, { tfa: ['123456'] })).toMatchObject({ status: 403 });
    expect((await ask('/-/npm/v1/user', { token })).json['tfa']).toBe(false);
  });

  test('takes nothing else for a wish', async () => {
    const token = await register(server, 'bert');
    for (const tfa of [
      null,
      false,
      'on',
      [],
      ['1', '2'],
      [1],
      {},
      { mode: 'auth-only' },
      mode('x', 'never').tfa,
    ]) {
      expect(await changeProfile(token, { tfa })).toMatchObject({ status: 400 });
    }
    const two = { ...mode('bert', 'auth-only'), fullname: 'Bert' };
    expect(await changeProfile(token, two)).toMatchObject({ status: 400 });
  });

  test('is undone with password and code only; a thief with the token cannot', async () => {
    const { token, app } = await enrol('carl');
    expect(await changeProfile(token, mode('carl', 'disable'))).toMatchObject(wantsCode);
    const thief = { tfa: { password: 'guessed', mode: 'disable' } };
    expect(await changeProfile(token, thief, await app.next())).toMatchObject({
      json: { code: 'password_wrong' },
    });
    const done = await changeProfile(token, mode('carl', 'disable'), await app.next());
    expect(done).toMatchObject({ status: 200, json: { tfa: false } });
    expect((await put('of-carl', '1.0.0', { token })).status).toBe(201);
  });

  test('a new secret does not take the place of one that is on', async () => {
    const { token, app } = await enrol('cora');
    expect(await changeProfile(token, mode('cora', 'auth-only'))).toMatchObject(wantsCode);
    const changed = await changeProfile(token, mode('cora', 'auth-only'), await app.next());
    expect(changed.json['tfa']).toEqual({ mode: 'auth-only', pending: false });
  });
});

describe('a publish of who wants the second factor at writes', () => {
  test('is refused without a code in the way that clients ask for one, and taken with it', async () => {
    const { token, app } = await enrol('dora');
    const refused = await put('of-dora', '1.0.0', { token });
    expect(refused).toMatchObject(wantsCode);
    expect(refused.headers.get('www-authenticate')).toBe('OTP');
    expect(refused.text).toMatch(/one-time pass/);
    expect((await ask('/of-dora')).status).toBe(404);
    const otp = await app.next();
    expect((await put('of-dora', '1.0.0', { token, otp })).status).toBe(201);
    expect(await put('of-dora', '1.0.1', { token, otp })).toMatchObject(wrongCode);
    expect(await put('of-dora', '1.0.1', { token, otp: '\u00b9\u00b2\u00b3456' })).toMatchObject(wrongCode);
  });

  test('is so at the pantry door too', async () => {
    const { token, app } = await enrol('petra');
    const send = async (version: string, otp?: string) => {
      const tarball = (await packageTarball('of-petra', version)).toString('base64');
      const response = await fetch(`${server.url}/publish`, {
        method: 'POST',
        headers: {
          authorization: token,
          'content-type': 'application/json',
          ...(otp !== undefined && { 'npm-otp': otp }),
        },
        body: JSON.stringify({ metadata: { name: 'of-petra', version }, tarball }),
      });
      return { status: response.status, text: await response.text() };
    };
    expect(await send('1.0.0')).toMatchObject({
      status: 401,
      text: expect.stringMatching(/one-time pass/) as string,
    });
    expect((await ask('/of-petra')).status).toBe(404);
    const otp = await app.next();
    expect((await send('1.0.0', otp)).status).toBe(201);
    expect((await send('1.0.1', otp)).status).toBe(401);
  });

  test('needs the code of its own user', async () => {
    const emil = await enrol('emil');
    const eva = await enrol('eva');
    expect(await put('of-eva', '1.0.0', { token: eva.token, otp: await emil.app.next() })).toMatchObject(
      wrongCode,
    );
    const [code] = emil.recoveryCodes;
    expect(await put('of-eva', '1.0.0', { token: eva.token, otp: code })).toMatchObject(wrongCode);
    expect((await put('of-eva', '1.0.0', { token: eva.token, otp: await eva.app.next() })).status).toBe(201);
  });

  test('asks no code of who may not publish anyway', async () => {
    const { token } = await enrol('fred');
    const owner = await register(server, 'frida');
    await publish(server, owner, 'of-frida', '1.0.0');
    expect(await put('of-frida', '1.0.1', { token })).toMatchObject({ status: 403 });
  });

  test('leaves stars and tags other than latest alone, as npmjs does', async () => {
    const { token, app, recoveryCodes } = await enrol('gerd');
    await put('of-gerd', '1.0.0', { token, otp: await app.next() });
    const star = { _id: 'of-gerd', users: { gerd: true } };
    expect((await ask('/of-gerd', { method: 'PUT', token, body: star })).status).toBe(200);
    const tag = (name: string, otp?: string) =>
      ask(`/-/package/of-gerd/dist-tags/${name}`, { method: 'PUT', token, otp, body: '1.0.0' });
    expect((await tag('next')).status).toBe(201);
    expect(await tag('latest')).toMatchObject(wantsCode);
    expect((await tag('latest', recoveryCodes[0])).status).toBe(201);
  });

  test('goes for deprecation, owners, access and removal too', async () => {
    const { token, recoveryCodes } = await enrol('hans');
    const codes = recoveryCodes.values();
    const name = 'of-hans';
    for (const version of ['1.0.0', '1.0.1']) await put(name, version, { token, otp: codes.next().value });
    await register(server, 'hilde');
    const { json } = await ask(`/${name}`);
    const rev = String((await ask(`/${name}?write=true`, { token })).json['_rev']);
    const versions = json['versions'] as Record<string, object>;
    const deprecated = { ...json, versions: { '1.0.0': { ...versions['1.0.0'], deprecated: 'old' } } };
    const kept = { ...json, versions: { '1.0.1': versions['1.0.1'] }, 'dist-tags': { latest: '1.0.1' } };
    const owners = { _id: name, maintainers: [{ name: 'hans' }, { name: 'hilde' }] };
    const changes: [string, Ask][] = [
      [`/${name}`, { method: 'PUT', body: deprecated }],
      [`/${name}/-rev/${rev}`, { method: 'PUT', body: owners }],
      [`/${name}/-rev/${rev}`, { method: 'PUT', body: kept }],
      [`/${name}/-rev/${rev}`, { method: 'DELETE' }],
      [`/${name}/-/${name}-1.0.0.tgz/-rev/${rev}`, { method: 'DELETE' }],
      [`/-/package/${name}/access`, { method: 'POST', body: { access: 'restricted' } }],
    ];
    for (const [path, change] of changes)
      expect(await ask(path, { ...change, token })).toMatchObject(wantsCode);
    expect(
      await ask(`/${name}/-rev/${rev}`, { method: 'PUT', body: kept, token, otp: codes.next().value }),
    ).toMatchObject({ status: 200 });
    // What npm sends next, with the same code, has nothing left to do.
    const after = String((await ask(`/${name}?write=true`, { token })).json['_rev']);
    expect(
      (await ask(`/${name}/-/${name}-1.0.0.tgz/-rev/${after}`, { method: 'DELETE', token })).status,
    ).toBe(200);
  });
});

test('the Zig door asks for the second factor too, before a publish and a removal', async () => {
  const { token, app } = await enrol('zoe');
  const wish = { name: 'of_zoe' };
  const refused = await publishZig(server, token, wish);
  expect([refused.status, refused.body['error']]).toEqual([
    401,
    expect.stringContaining('one-time password'),
  ]);
  const first = await publishZig(server, token, wish, { otp: await app.next() });
  expect(first.status).toBe(201);
  const path = `${server.url}/zig/packages/of-zoe`;
  expect((await ask(path, { method: 'DELETE', token })).status).toBe(401);
  expect((await ask(path, { method: 'DELETE', token, otp: await app.next() })).status).toBe(200);
});

describe('who wants it only for the account', () => {
  test('publishes without, but makes tokens and changes the profile with it', async () => {
    const { token, app, recoveryCodes } = await enrol('ida', 'auth-only');
    expect((await put('of-ida', '1.0.0', { token })).status).toBe(201);
    const wish = { method: 'POST', token, body: { password: passwordOf('ida') } };
    expect(await ask('/-/npm/v1/tokens', wish)).toMatchObject(wantsCode);
    const made = await ask('/-/npm/v1/tokens', { ...wish, otp: await app.next() });
    expect(made.status).toBe(201);
    expect(await changeProfile(token, { fullname: 'Ida' })).toMatchObject(wantsCode);
    expect((await changeProfile(token, { fullname: 'Ida' }, recoveryCodes[0])).status).toBe(200);
    // A token that has leaked must be gone at once.
    const key = String(made.json['key']);
    expect((await ask(`/-/npm/v1/tokens/token/${key}`, { method: 'DELETE', token })).status).toBe(204);
  });
});

describe('logging in', () => {
  test('needs the code after the password, and says nothing of it before', async () => {
    const { app, recoveryCodes } = await enrol('jana', 'auth-only');
    expect(await couchLogin('jana', 'wrong', recoveryCodes[0])).toMatchObject({
      json: { code: 'password_wrong' },
    });
    const refused = await couchLogin('jana', passwordOf('jana'));
    expect(refused).toMatchObject(wantsCode);
    expect(refused.headers.get('www-authenticate')).toBe('OTP');
    expect(await couchLogin('jana', passwordOf('jana'), '000000')).toMatchObject(wrongCode);
    expect((await couchLogin('jana', passwordOf('jana'), await app.next())).status).toBe(201);
    expect((await couchLogin('jana', passwordOf('jana'), recoveryCodes[0])).status).toBe(201);
    expect(await couchLogin('jana', passwordOf('jana'), recoveryCodes[0])).toMatchObject(wrongCode);
  });

  test('with name and password in every request is not enough any more', async () => {
    const token = await register(server, 'jens');
    const pair = { authorization: `Basic ${Buffer.from(`jens:${passwordOf('jens')}`).toString('base64')}` };
    expect((await ask('/-/whoami', pair)).status).toBe(200);
    const { app } = await enrol('jens', 'auth-only', token);
    for (const otp of [undefined, await app.next()]) {
      const refused = await ask('/-/whoami', { ...pair, otp });
      expect(refused).toMatchObject({ status: 401, json: { code: 'password_insufficient' } });
      expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /);
    }
    const withToken = { authorization: `Basic ${Buffer.from(`jens:${token}`).toString('base64')}` };
    expect((await ask('/-/whoami', withToken)).status).toBe(200);
  });

  test('in a browser takes a second page', async () => {
    const { app, recoveryCodes } = await enrol('karl');
    const start = await ask('/-/v1/login', { method: 'POST', body: {} });
    const { loginUrl, doneUrl } = start.json as { loginUrl: string; doneUrl: string };
    const second = await ask(loginUrl, {
      method: 'POST',
      form: { name: 'karl', password: passwordOf('karl') },
    });
    expect(second.text).toContain('name="code"');
    expect((await ask(doneUrl)).status).toBe(202);
    const proof = /name="proof" value="([\w-]+)"/.exec(second.text)?.[1] ?? '';
    const wrong = await ask(loginUrl, { method: 'POST', form: { proof, code: '000000' } });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('not right');
    const forged = await ask(loginUrl, {
      method: 'POST',
      form: { proof: proof.slice(0, -2) + '__', code: '1' },
    });
    expect(forged.status).toBe(404);
    expect((await ask(doneUrl)).status).toBe(202);
    const right = await ask(loginUrl, { method: 'POST', form: { proof, code: await app.next() } });
    expect(right.text).toContain('You are logged in as karl');
    const { token } = (await ask(doneUrl)).json as { token: string };
    expect((await put('of-karl', '1.0.0', { token, otp: recoveryCodes[0] })).status).toBe(201);
  });
});

describe('[A-71] a second factor that the operator demands of administrators', () => {
  test('lets them in for nothing but to get one, and others as before', async () => {
    const strict = await startKontor({
      env: {
        KONTOR_REQUIRE_SECOND_FACTOR: 'administrators',
        KONTOR_ADMIN_USER: 'root',
        KONTOR_ADMIN_PASS: passwordOf('root'),
      },
    });
    const before = server;
    server = strict;
    try {
      const { json } = await couchLogin('root', passwordOf('root'));
      const token = String(json['token']);
      const due = { status: 403, json: expect.objectContaining({ code: 'second_factor_due' }) };
      expect(await put('of-root', '1.0.0', { token })).toMatchObject(due);
      expect(await ask('/-/v1/search?text=x', { token })).toMatchObject(due);
      expect(await changeProfile(token, { fullname: 'Root' })).toMatchObject(due);
      expect(await ask('/-/npm/v1/tokens', { token })).toMatchObject(due);
      const pair = `Basic ${Buffer.from(`root:${passwordOf('root')}`).toString('base64')}`;
      expect(await ask('/-/v1/search?text=x', { authorization: pair })).toMatchObject(due);
      const registries = await fetch(`${strict.url}/-/api/v1/registries`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(registries.status).toBe(403);
      const session = await fetch(`${strict.url}/-/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ login: 'root', password: passwordOf('root') }),
      });
      const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
      const byCookie = await fetch(`${strict.url}/-/api/v1/registries`, { headers: { cookie } });
      expect(byCookie.status).toBe(403);
      expect((await ask('/-/whoami', { token })).status).toBe(200);
      const plain = await register(strict, 'greta');
      expect((await put('of-greta', '1.0.0', { token: plain })).status).toBe(201);
      const { app } = await enrol('root', 'auth-and-writes', token);
      expect((await put('of-root', '1.0.0', { token, otp: await app.next() })).status).toBe(201);
      expect(await changeProfile(token, mode('root', 'disable'), await app.next())).toMatchObject({
        status: 403,
      });
    } finally {
      server = before;
    }
  });
});

async function api(method: string, path: string, token: string | undefined, body?: object) {
  const response = await fetch(`${server.url}/-/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Answer['json'] };
}

describe('the API', () => {
  const factors = '/me/second-factors';

  test('sets up, shows and turns off, for who has logged in with everything they have', async () => {
    await register(server, 'lena');
    const password = passwordOf('lena');
    const logIn = (otp?: string) => api('POST', '/sessions', undefined, { login: 'lena', password, otp });
    const session = String((await logIn()).json['token']);
    const wish = { password, mode: 'auth-and-writes' };
    expect(await api('POST', `${factors}/totp`, session, { ...wish, password: 'wrong' })).toMatchObject({
      status: 401,
    });
    const begun = await api('POST', `${factors}/totp`, session, wish);
    const app = new Authenticator(String(begun.json['secret']));
    const confirmed = await api('POST', `${factors}/totp/confirmation`, session, { code: await app.next() });
    expect(confirmed.json['recoveryCodes']).toHaveLength(10);
    expect(await api('GET', factors, session)).toEqual({
      status: 200,
      json: { mode: 'auth-and-writes', totp: 'on', recoveryCodes: 10, passkeys: [] },
    });
    expect(await logIn()).toMatchObject({ status: 401, json: { title: 'second_factor_required' } });
    expect(await logIn('000000')).toMatchObject({ status: 401, json: { title: 'second_factor_wrong' } });
    const [code = ''] = confirmed.json['recoveryCodes'] as string[];
    const again = String((await logIn(code)).json['token']);
    // What the session may do to packages it does without a code: it began with one.
    expect((await put('of-lena', '1.0.0', { token: again })).status).toBe(201);
    expect(await api('DELETE', `${factors}/totp`, again, { password })).toMatchObject({
      json: { title: 'second_factor_required' },
    });
    const renewed = await api('POST', `${factors}/recovery-codes`, again, {
      password,
      otp: await app.next(),
    });
    const [fresh = ''] = renewed.json['recoveryCodes'] as string[];
    expect(await api('DELETE', `${factors}/totp`, again, { password, otp: fresh })).toMatchObject({
      status: 200,
      json: { mode: null, totp: 'off', recoveryCodes: 0 },
    });
  });

  test('lets a robot publish without a code, but make no keys', async () => {
    const { token, recoveryCodes } = await enrol('lou');
    const wish = { password: passwordOf('lou'), name: 'robot', bypass_2fa: true };
    const [otp] = recoveryCodes;
    const made = await ask('/-/npm/v1/tokens', { method: 'POST', token, otp, body: wish });
    const robot = String(made.json['token']);
    expect((await put('of-lou', '1.0.0', { token: robot })).status).toBe(201);
    const wanted = { name: 'another', scopes: ['read'], bypassSecondFactor: true };
    expect(await api('POST', '/tokens', robot, wanted)).toMatchObject({
      status: 401,
      json: { title: 'second_factor_required' },
    });
  });

  test('asks a token for the code at what changes something, as npm does', async () => {
    const { token, recoveryCodes } = await enrol('liv');
    const create = (otp?: string) =>
      fetch(`${server.url}/-/api/v1/organisations`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(otp !== undefined && { 'npm-otp': otp }),
        },
        body: JSON.stringify({ name: 'of-liv' }),
      });
    const refused = await create();
    expect([refused.status, await refused.json()]).toMatchObject([401, { title: 'second_factor_required' }]);
    expect((await create(recoveryCodes[0])).status).toBe(201);
  });

  test('is closed for tokens, which a finder could turn into the account', async () => {
    const token = await register(server, 'lars');
    const wish = { password: passwordOf('lars'), mode: 'auth-only' };
    expect(await api('POST', `${factors}/totp`, token, wish)).toMatchObject({ status: 403 });
    expect(await api('GET', factors, undefined)).toMatchObject({ status: 401 });
  });
});

test('an operator takes the factors of a user away who has lost them', async () => {
  const { token } = await enrol('mona');
  const reset = ['admin', 'reset-second-factor', 'MONA'];
  const env = { KONTOR_DATA: server.data };
  expect(await kontor(reset, { env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('no second factor any more'),
  });
  expect((await put('of-mona', '1.0.0', { token })).status).toBe(201);
  expect(await kontor(reset, { env })).toMatchObject({ code: 0, stdout: 'mona had no second factor\n' });
});

describe.skipIf(!hasPostgres())('two replicas', () => {
  test('take one code once, at whichever it comes first', async () => {
    const database = await freshDatabase();
    const data = { KONTOR_DATABASE: database.url, KONTOR_SECRET: 'a secret of both replicas' };
    const one = await startKontor({ env: data });
    const other = await startKontor({ env: data, data: one.data });
    const before = server;
    server = one;
    const { token, app } = await enrol('anna');
    server = before;
    const otp = await app.next();
    const publishTo = async ({ url }: RunningKontor, name: string) =>
      ask(`${url}/npm/${name}`, {
        method: 'PUT',
        token,
        otp,
        body: publishBody(name, '1.0.0', await packageTarball(name, '1.0.0')),
      });
    const answers = await Promise.all([
      publishTo(one, 'a'),
      publishTo(other, 'b'),
      publishTo(one, 'c'),
      publishTo(other, 'd'),
    ]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ json }) => json['code'] === 'second_factor_wrong')).toHaveLength(3);
    await Promise.all([one.stop(), other.stop()]);
    await database.drop();
  });
});
