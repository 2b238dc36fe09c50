import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Authenticator } from '../setup/authenticator.ts';
import { browser, type Browser } from '../setup/cookie-browser.ts';
import { startProvider, type RunningProvider } from '../setup/oidc-provider.ts';
import { freePort } from '../setup/ports.ts';
import { register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

let provider: RunningProvider;
let server: RunningKontor;
let count = 0;

const settings = ({ issuer, client }: RunningProvider) => ({
  KONTOR_OIDC_ISSUER: issuer,
  KONTOR_OIDC_CLIENT_ID: client.id,
  KONTOR_OIDC_CLIENT_SECRET: client.secret,
  KONTOR_OIDC_ADMIN_GROUP: 'registry-admins',
  KONTOR_OIDC_GROUPS: 'rockets=acme:publisher, design=acme/designers',
  KONTOR_ADMIN_USER: 'root-of-all',
  KONTOR_ADMIN_PASS: 'a long pass phrase of root',
});

const callbackOf = (port: number) => `http://127.0.0.1:${port}/-/sso/callback`;

beforeAll(async () => {
  const port = await freePort();
  provider = await startProvider({ redirectUris: [callbackOf(port)] });
  server = await startKontor({ port, env: settings(provider) });
});

/** Somebody new at the provider. */
function person(claims: Record<string, unknown> = {}): string {
  count += 1;
  const name = `person${count}`;
  provider.person = { sub: `sub-${count}`, preferred_username: name, ...claims };
  return name;
}

async function me(at: Browser): Promise<Record<string, unknown>> {
  const visit = await at.step(`${server.url}/-/api/v1/me`);
  return { status: visit.status, ...(JSON.parse(visit.text) as object) };
}

/** Logs in at the provider and comes back. */
async function logIn(at = browser()): Promise<Browser> {
  const visit = await at.get(`${server.url}/-/sso/login`);
  expect(visit).toMatchObject({ status: 200, text: expect.stringContaining('You are logged in as') });
  return at;
}

/** As far as the callback, which is not gone to: its URL. */
async function upToCallback(at: Browser): Promise<string> {
  const visit = await at.get(`${server.url}/-/sso/login`);
  expect(visit.location).toContain('/-/sso/callback?');
  return visit.location ?? '';
}

const stopping = () => browser({ stopAt: () => `${server.url}/-/sso/callback` });
const refused = { status: 401, text: expect.stringContaining('Not logged in') as string };

describe('Who logs in at the provider', () => {
  test('is a user here from then on, the same one each time', async () => {
    const name = person({ email: `${String(count)}@example.com`, email_verified: true });
    const first = await me(await logIn());
    expect(first).toMatchObject({ status: 200, name, role: 'user' });
    provider.person = { ...provider.person, sub: provider.person?.sub ?? '', preferred_username: 'renamed' };
    expect(await me(await logIn())).toMatchObject({ name });
  });

  test('gets a name that is free and fits, whatever they are called there', async () => {
    await register(server, 'karl');
    person({ preferred_username: 'karl' });
    expect(await me(await logIn())).toMatchObject({ name: 'karl-2' });
    person({ preferred_username: 'Jürgen von Böhm@example.com' });
    expect(await me(await logIn())).toMatchObject({ name: 'JurgenvonBohm' });
    person({ preferred_username: 'admin' });
    expect(await me(await logIn())).toMatchObject({ name: 'admin-2' });
    person({ preferred_username: '../..' });
    expect(await me(await logIn())).toMatchObject({ name: expect.stringMatching(/^sub-\d+$/) });
  });

  test('at once in several browsers is one user', async () => {
    const name = person();
    const browsers = [stopping(), stopping(), stopping()];
    const callbacks = await Promise.all(browsers.map(upToCallback));
    const visits = await Promise.all(browsers.map((at, index) => at.step(callbacks[index] ?? '')));
    expect(visits.map(({ status }) => status)).toEqual([200, 200, 200]);
    const names = await Promise.all(browsers.map(async (at) => (await me(at))['name']));
    expect(names).toEqual([name, name, name]);
  });

  test('is the user with their verified address, and never the one with an unverified one', async () => {
    const address = 'owner@example.com';
    const made = await kontor(['admin', 'create-user', 'olga', '--email', address, '--password-stdin'], {
      env: { KONTOR_DATA: server.data },
      input: 'a long pass phrase of olga\n',
    });
    expect(made).toMatchObject({ code: 0 });
    person({ email: address, email_verified: false });
    expect((await me(await logIn()))['name']).not.toBe('olga');
    person({ email: address });
    expect((await me(await logIn()))['name']).not.toBe('olga');
    person({ email: address, email_verified: true });
    expect(await me(await logIn())).toMatchObject({ name: 'olga' });
  });

  test('is kept out while the account here is disabled', async () => {
    const name = person();
    await logIn();
    await kontor(['admin', 'disable', name], { env: { KONTOR_DATA: server.data } });
    expect(await browser().get(`${server.url}/-/sso/login`)).toMatchObject({
      status: 401,
      text: expect.stringContaining('disabled'),
    });
  });

  test('shows the second factor that they have here too', async () => {
    const address = 'fiona@example.com';
    const password = 'a long pass phrase of fiona';
    const made = await kontor(['admin', 'create-user', 'fiona', '--email', address, '--password-stdin'], {
      env: { KONTOR_DATA: server.data },
      input: `${password}\n`,
    });
    expect(made).toMatchObject({ code: 0 });
    const basic = `Basic ${Buffer.from(`fiona:${password}`).toString('base64')}`;
    const totp = async (path: string, body: object) =>
      browser().step(`${server.url}/-/api/v1/me/second-factors/totp${path}`, {
        method: 'POST',
        headers: { authorization: basic, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const begun = await totp('', { password, mode: 'auth-and-writes' });
    const app = new Authenticator((JSON.parse(begun.text) as { secret: string }).secret);
    expect(await totp('/confirmation', { code: await app.next() })).toMatchObject({ status: 200 });

    person({ email: address, email_verified: true });
    const at = browser();
    const form = await at.get(`${server.url}/-/sso/login?then=/-/api/v1/me`);
    expect(form.url).toContain('/-/sso/second-factor');
    expect(form.text).toContain('name="code"');
    expect(await me(at)).toMatchObject({ status: 401 });
    expect(await at.submit(form.url, { code: '000000' })).toMatchObject({ status: 401 });
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect(await at.submit(form.url, { code: '000000' }, foreign)).toMatchObject({ status: 403 });
    expect(await browser().submit(form.url, { code: '000000' })).toMatchObject({ status: 404 });
    expect(await at.submit(form.url, { code: await app.next() })).toMatchObject({
      status: 200,
      text: expect.stringContaining('"name":"fiona"'),
    });
    expect(await at.submit(form.url, { code: '000000' })).toMatchObject({ status: 404 });
  });

  test('and says no there is told so', async () => {
    provider.person = null;
    expect(await browser().get(`${server.url}/-/sso/login`)).toMatchObject({
      status: 401,
      text: expect.stringContaining('access_denied'),
    });
  });
});

describe('Groups at the provider', () => {
  test('make and unmake administrators at each log-in', async () => {
    person({ groups: ['registry-admins'] });
    expect(await me(await logIn())).toMatchObject({ role: 'administrator' });
    provider.person = { ...provider.person, sub: provider.person?.sub ?? '', groups: [] };
    expect(await me(await logIn())).toMatchObject({ role: 'user' });
  });

  test('give roles and places in teams, and take them again', async () => {
    const boss = person({ groups: ['registry-admins'] });
    const admin = await logIn();
    const json = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const post = (path: string, body: object) =>
      admin.step(`${server.url}/-/api/v1${path}`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify(body),
      });
    expect(await post('/organisations', { name: 'acme' })).toMatchObject({ status: 201 });
    expect(await post('/organisations/acme/teams', { name: 'designers' })).toMatchObject({ status: 201 });
    const members = async (path: string) =>
      (await admin.step(`${server.url}/-/api/v1/organisations/acme/${path}`)).text;

    const name = person({ groups: ['rockets', 'design'] });
    await logIn();
    expect(await members('members')).toContain(`"name":"${name}","role":"publisher"`);
    expect(await members('teams/designers/members')).toContain(name);

    provider.person = { ...provider.person, sub: provider.person?.sub ?? '', groups: ['design'] };
    await logIn();
    expect(await members('members')).toContain(`"name":"${name}","role":"reader"`);
    provider.person = { ...provider.person, sub: provider.person?.sub ?? '', groups: [] };
    await logIn();
    expect(await members('members')).not.toContain(name);
    expect(await members('teams/designers/members')).not.toContain(name);
    await kontor(['admin', 'set-role', boss, 'user'], { env: { KONTOR_DATA: server.data } });
  });

  test('never take the last administrator', async () => {
    person({ groups: 'registry-admins' });
    const only = await logIn();
    const others = await kontor(['admin', 'set-role', 'root-of-all', 'user'], {
      env: { KONTOR_DATA: server.data },
    });
    expect(others).toMatchObject({ code: 0 });
    provider.person = { ...provider.person, sub: provider.person?.sub ?? '', groups: [] };
    expect(await me(await logIn(only))).toMatchObject({ role: 'administrator' });
    expect(server.logs()).toContain('is the last one and stays it');
  });
});

describe('A callback is refused', () => {
  test('in another browser than the one that began: nobody is logged in as somebody else by a link', async () => {
    person();
    const url = await upToCallback(stopping());
    const victim = browser();
    expect(await victim.step(url)).toMatchObject(refused);
    expect(await me(victim)).toMatchObject({ status: 401 });
  });

  test('the second time', async () => {
    person();
    const at = stopping();
    const url = await upToCallback(at);
    const cookies = new Map(at.cookies.get(server.url));
    expect(await at.step(url)).toMatchObject({ status: 200 });
    at.cookies.set(server.url, cookies);
    expect(await at.step(url)).toMatchObject(refused);
  });

  test.each([
    ['with another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['without a state', (url: URL) => url.searchParams.delete('state')],
    ['with another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['without a code', (url: URL) => url.searchParams.delete('code')],
    ['from another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
  ])('%s', async (_what, change) => {
    person();
    const at = stopping();
    const url = new URL(await upToCallback(at));
    change(url);
    expect(await at.step(url.href)).toMatchObject(refused);
    expect(await me(at)).toMatchObject({ status: 401 });
  });

  test.each([
    '?login=..%2f..',
    '?login=',
    '?then=//evil.example',
    '?then=https://evil.example',
    '?then=/%5cevil',
  ])('not, but a wish such as %s is', async (query) => {
    expect(await browser().get(`${server.url}/-/sso/login${query}`)).toMatchObject({ status: 400 });
  });
});

/** A provider between us and the real one whose token endpoint answers as the test likes. */
async function lyingProvider(
  change: (claims: Record<string, unknown>, real: RunningProvider) => Promise<string> | string,
): Promise<{ lying: RunningKontor; at: Browser }> {
  const port = await freePort();
  const real = await startProvider({ redirectUris: [callbackOf(port)] });
  real.person = { sub: 'liar', preferred_username: 'liar' };
  const between = createServer((request, response) => void relay(request, response));
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void between.close());
  const issuer = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${real.issuer}${request.url}`, {
      method: request.method ?? 'GET',
      headers: {
        'content-type': request.headers['content-type'] ?? '',
        cookie: request.headers.cookie ?? '',
        authorization: request.headers.authorization ?? '',
      },
      redirect: 'manual',
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    let text = await answer.text();
    if (request.url?.startsWith('/token') && answer.ok) {
      const tokens = JSON.parse(text) as { id_token: string };
      const claims = JSON.parse(
        Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString(),
      ) as Record<string, unknown>;
      text = JSON.stringify({ ...tokens, id_token: await change({ ...claims, iss: issuer }, real) });
    } else {
      text = text.replaceAll(real.issuer, issuer);
    }
    const location = answer.headers
      .get('location')
      ?.replaceAll(real.issuer, issuer)
      .replaceAll(encodeURIComponent(real.issuer), encodeURIComponent(issuer));
    const cookies = answer.headers.getSetCookie();
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      ...(location !== undefined && { location }),
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    });
    response.end(text);
  }

  const lying = await startKontor({ port, env: { ...settings(real), KONTOR_OIDC_ISSUER: issuer } });
  return { lying, at: browser() };
}

describe('An ID token is refused', () => {
  test.each([
    ['without a signature', (claims: Record<string, unknown>) => new UnsecuredJWT(claims).encode()],
    [
      'for another client',
      (claims: Record<string, unknown>, real: RunningProvider) =>
        real.sign({ ...claims, aud: 'somebody-else' }),
    ],
    [
      'with another nonce',
      (claims: Record<string, unknown>, real: RunningProvider) =>
        real.sign({ ...claims, nonce: 'x'.repeat(43) }),
    ],
    [
      'without a nonce',
      (claims: Record<string, unknown>, real: RunningProvider) => real.sign({ ...claims, nonce: undefined }),
    ],
    [
      'that has expired',
      (claims: Record<string, unknown>, real: RunningProvider) =>
        real.sign({ ...claims, exp: 1_600_000_000 }),
    ],
    [
      'of another issuer',
      (claims: Record<string, unknown>, real: RunningProvider) => real.sign({ ...claims, iss: real.issuer }),
    ],
    [
      'with a wrong signature',
      async (claims: Record<string, unknown>, real: RunningProvider) =>
        (await real.sign(claims)).replace(/\.[^.]{10}([^.]+)$/, '.AAAAAAAAAA$1'),
    ],
  ])('%s', async (_what, change) => {
    const { lying, at } = await lyingProvider(change);
    expect(await at.get(`${lying.url}/-/sso/login`)).toMatchObject(refused);
    expect(await at.step(`${lying.url}/-/api/v1/me`)).toMatchObject({ status: 401 });
    await lying.stop();
  });

  test('not when it is right: the tests above would refuse anything else', async () => {
    const { lying, at } = await lyingProvider((claims, real) => real.sign(claims));
    expect(await at.get(`${lying.url}/-/sso/login`)).toMatchObject({ status: 200 });
  });
});

/** As npm begins a login. */
const start = async () => {
  const response = await fetch(`${server.url}/npm/-/v1/login`, { method: 'POST' });
  return (await response.json()) as { loginUrl: string; doneUrl: string };
};

describe('npm login with single sign-on', () => {
  test('is offered on the page, asks once more, and gives the client its token', async () => {
    const name = person();
    const { loginUrl, doneUrl } = await start();
    const at = browser();
    const form = await at.get(loginUrl);
    const link = /href="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const confirm = await at.get(link);
    expect(confirm).toMatchObject({ status: 200, text: expect.stringContaining(`Log in as ${name}`) });
    expect((await fetch(doneUrl)).status).toBe(202);

    expect((await at.submit(confirm.url)).text).toContain('You may close this page');
    const { token } = (await (await fetch(doneUrl)).json()) as { token: string };
    const whoami = await fetch(`${server.url}/npm/-/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await whoami.json()).toEqual({ username: name });
  });

  test('is not confirmed by a page of another site', async () => {
    person();
    const { loginUrl, doneUrl } = await start();
    const at = browser();
    const link = /href="([^"]+)"/.exec((await at.get(loginUrl)).text)?.[1] ?? '';
    const confirm = await at.get(link);
    const forged = await at.submit(
      confirm.url,
      {},
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    );
    expect(forged.status).toBe(403);
    expect((await fetch(doneUrl)).status).toBe(202);
  });
});

test('While the provider is down log-in says so, and everything else works', async () => {
  const port = await freePort();
  const down = await startProvider({ redirectUris: [callbackOf(port)] });
  down.down();
  const alone = await startKontor({ port, env: settings(down) });
  expect(await browser().get(`${alone.url}/-/sso/login`)).toMatchObject({
    status: 502,
    text: expect.stringContaining('cannot be reached just now'),
  });
  await register(alone, 'anna');
  down.up();
  expect(await browser().get(`${alone.url}/-/sso/login`)).toMatchObject({ status: 200 });
});
