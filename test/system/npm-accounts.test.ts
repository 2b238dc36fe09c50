import { beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

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

/** Asks a path below the registry, or an absolute URL. */
async function ask(
  path: string,
  { token, body, ...init }: Omit<RequestInit, 'body'> & { token?: string; body?: unknown } = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(path.startsWith('http') ? path : `${server.url}/npm${path}`, {
    ...init,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let json: Answer['json'] = {};
  if (text !== '' && response.headers.get('content-type')?.startsWith('application/json'))
    json = JSON.parse(text) as Answer['json'];
  return { status: response.status, headers: response.headers, text, json };
}

const statuses = (answers: Answer[]) =>
  answers
    .map(({ status }) => String(status))
    .toSorted()
    .join(' ');

const passwordOf = (user: string) => `a long pass phrase of ${user}`;

async function startLogin(create = false): Promise<{ loginUrl: string; doneUrl: string }> {
  const { status, json } = await ask('/-/v1/login', { method: 'POST', body: create ? { create } : {} });
  expect(status).toBe(200);
  return json as { loginUrl: string; doneUrl: string };
}

const submit = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

describe('A web login', () => {
  test('waits, then hands out one token, and is gone', async () => {
    await register(server, 'anna');
    const { loginUrl, doneUrl } = await startLogin();
    expect(await ask(doneUrl)).toMatchObject({ status: 202, json: {} });
    expect((await ask(doneUrl)).headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect((await submit(loginUrl, { name: 'ANNA', password: passwordOf('anna') })).status).toBe(200);
    // What looks at links before people do must not fetch the token.
    expect((await ask(doneUrl, { method: 'HEAD' })).status).toBe(404);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(doneUrl)));
    expect(statuses(answers)).toBe('200 404 404 404');
    const token = String(answers.find(({ status }) => status === 200)?.json['token']);
    expect(await ask('/-/whoami', { token })).toMatchObject({ json: { username: 'anna' } });
    expect((await submit(loginUrl, { name: 'anna', password: passwordOf('anna') })).status).toBe(404);
    for (const secret of [token, loginUrl.split('/').at(-1), doneUrl.split('/').at(-1)])
      expect(server.logs()).not.toContain(secret);
  });

  test('is started with a body, an empty one, or none, and with a stale token in the request', async () => {
    for (const body of [undefined, '', {}, { hostname: 'laptop' }]) {
      const { status } = await ask('/-/v1/login', { method: 'POST', body, token: 'ktr_stale' });
      expect(status).toBe(200);
    }
    expect(await ask('/-/v1/login', { method: 'POST', body: '{' })).toMatchObject({
      status: 400,
      json: { code: 'json_invalid' },
    });
  });

  test('has a page that loads nothing, is kept nowhere and shown in no frame', async () => {
    const { loginUrl } = await startLogin();
    const { headers, status, text } = await ask(loginUrl, { headers: { 'user-agent': '<b>' } });
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none';.* form-action 'self'; frame-ancestors 'none'/,
      ),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(text).toContain(`${server.url}/npm`);
  });

  test('shows what the client calls itself as text', async () => {
    const headers = { 'user-agent': 'npm/<script>"' };
    const { json } = await ask('/-/v1/login', { method: 'POST', headers });
    expect((await ask(String(json['loginUrl']))).text).toContain('npm/&lt;script&gt;&quot;');
  });

  test('shows the form again with a sentence and the name when the password is wrong', async () => {
    await register(server, 'berta');
    const { loginUrl, doneUrl } = await startLogin();
    const wrong = await submit(loginUrl, { name: 'berta"', password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401, text: expect.stringContaining('password is wrong') });
    expect(wrong.text).toContain('value="berta&quot;"');
    expect(wrong.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await submit(loginUrl, {})).status).toBe(401);
    expect((await ask(doneUrl)).status).toBe(202);
  });

  test('takes no form from a page of another site', async () => {
    await register(server, 'carla');
    const { loginUrl, doneUrl } = await startLogin();
    const fields = { name: 'carla', password: passwordOf('carla') };
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }])
      expect((await submit(loginUrl, fields, headers)).status).toBe(403);
    expect((await ask(doneUrl)).status).toBe(202);
    expect((await submit(loginUrl, fields, { origin: server.url })).status).toBe(200);
  });

  test('makes a user only if the client asked for one', async () => {
    const fields = { name: 'dora', password: passwordOf('dora') };
    const login = await startLogin();
    expect((await submit(login.loginUrl, fields)).status).toBe(401);
    const adduser = await startLogin(true);
    expect((await submit(adduser.loginUrl, fields)).status).toBe(200);
    expect((await ask(adduser.doneUrl)).status).toBe(200);
  });

  test('answers garbage with a sentence', async () => {
    const { loginUrl } = await startLogin();
    for (const id of ['x', 'x'.repeat(43), 'x'.repeat(900), '%25', 'ä'.repeat(10)]) {
      expect((await ask(`/-/v1/login/${id}`)).status).toBe(404);
      expect((await submit(`${server.url}/npm/-/v1/login/${id}`, { name: 'a' })).status).toBe(404);
      expect(await ask(`/-/v1/done/${id}`)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    }
    expect((await ask(loginUrl, { method: 'POST', body: { name: 'x' } })).status).toBe(415);
    expect((await submit(loginUrl, { name: 'x'.repeat(70_000) })).status).toBe(413);
  });
});

test('where registration is off nobody becomes a user by the form, and is told why', async () => {
  const closed = await startKontor({ env: { KONTOR_REGISTRATION: 'off' } });
  const { json } = await ask(`${closed.url}/npm/-/v1/login`, { method: 'POST', body: { create: true } });
  const loginUrl = String(json['loginUrl']);
  expect((await ask(loginUrl)).text).toContain('administrators');
  const fields = { name: 'newcomer', password: passwordOf('newcomer') };
  expect((await submit(loginUrl, fields)).status).toBe(401);
});

const create = (token: string, body: object) => ask('/-/npm/v1/tokens', { method: 'POST', token, body });

describe('Tokens', () => {
  test('are listed in pages, each with the address of the next', async () => {
    const token = await register(server, 'emil');
    for (let i = 2; i <= 5; i++) {
      const { status } = await create(token, { password: passwordOf('emil'), name: `number ${i}` });
      expect(status).toBe(201);
    }
    const names: unknown[] = [];
    let next: string | undefined = '/-/npm/v1/tokens?perPage=2';
    while (next !== undefined) {
      const { json } = await ask(next, { token });
      const page = json as { objects: { name: string }[]; total: number; urls: { next?: string } };
      expect(page.total).toBe(5);
      names.push(page.objects.map(({ name }) => name));
      next = page.urls.next;
    }
    expect(names).toEqual([['npm login', 'number 2'], ['number 3', 'number 4'], ['number 5']]);
    for (const query of ['perPage=x', 'page=-1', 'page=1&page=2', 'page=1e3'])
      expect((await ask(`/-/npm/v1/tokens?${query}`, { token })).status).toBe(400);
    expect((await ask('/-/npm/v1/tokens?page=999999999', { token })).json).toMatchObject({ objects: [] });
  });

  test('for reading only change nothing, and can end only themselves', async () => {
    const token = await register(server, 'frida');
    const wish = { password: passwordOf('frida'), readonly: true, cidr_whitelist: [] };
    const { json } = await create(token, wish);
    const { token: reader, key } = json as { token: string; key: string };
    expect(json).toMatchObject({ readonly: true, cidr_whitelist: null, created: expect.any(String) });

    expect((await ask('/-/npm/v1/tokens', { token: reader })).json).toMatchObject({ total: 2 });
    expect((await ask('/-/npm/v1/user', { token: reader })).json).toMatchObject({ name: 'frida' });
    const refused = [
      await create(reader, wish),
      await ask(`/-/npm/v1/tokens/token/${key}`, { method: 'DELETE', token: reader }),
      await ask('/-/npm/v1/user', { method: 'POST', token: reader, body: { github: 'frida' } }),
      await ask('/-/npm/v1/user', {
        method: 'POST',
        token: reader,
        body: { password: { old: passwordOf('frida'), new: 'quite another phrase' } },
      }),
      await publish(server, reader, 'never-published', '1.0.0'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect((await ask('/-/npm/v1/tokens', { token })).json).toMatchObject({ total: 2 });
    expect((await ask(`/-/user/token/${reader}`, { method: 'DELETE' })).status).toBe(200);
    expect((await ask('/-/whoami', { token: reader })).status).toBe(401);
  });

  test('of others are neither listed nor ended', async () => {
    const mine = await register(server, 'gerd');
    const theirs = await register(server, 'hanna');
    const { objects } = (await ask('/-/npm/v1/tokens', { token: theirs })).json as {
      objects: { key: string }[];
    };
    const unknown = await ask(`/-/npm/v1/tokens/token/${'0'.repeat(64)}`, { method: 'DELETE', token: mine });
    expect(unknown.status).toBe(404);
    for (const key of [objects[0]?.key ?? '', theirs]) {
      const answer = await ask(`/-/npm/v1/tokens/token/${key}`, { method: 'DELETE', token: mine });
      expect(answer.text).toBe(unknown.text);
    }
    expect((await ask('/-/whoami', { token: theirs })).status).toBe(200);
    expect((await ask('/-/npm/v1/tokens', { token: mine })).json).toMatchObject({ total: 1 });
  });

  test('need the password', async () => {
    const token = await register(server, 'ida');
    expect((await create(token, { password: 'wrong', readonly: false })).status).toBe(401);
    expect((await create(token, {})).status).toBe(400);
    expect((await ask('/-/npm/v1/tokens', { token })).json).toMatchObject({ total: 1 });
  });

  test('and profiles are not for nobody', async () => {
    for (const [method, path] of [
      ['GET', '/-/npm/v1/tokens'],
      ['POST', '/-/npm/v1/tokens'],
      ['DELETE', '/-/npm/v1/tokens/token/x'],
      ['GET', '/-/npm/v1/user'],
      ['POST', '/-/npm/v1/user'],
    ] as const)
      expect(await ask(path, { method })).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });
});

test('a profile takes no second factor, no unknown field and no broken body', async () => {
  const token = await register(server, 'karl');
  for (const body of [{ tfa: { mode: 'auth-only' } }, { role: 'administrator' }, '[]', 'null', '{', '"x"'])
    expect((await ask('/-/npm/v1/user', { method: 'POST', token, body })).status).toBe(400);
  expect((await ask('/-/npm/v1/user', { method: 'POST', token, body: ' '.repeat(70_000) })).status).toBe(413);
});

describe.skipIf(!hasPostgres())('With two replicas on one database', () => {
  test('a login is started at one, completed at the other, and fetched once from either', async () => {
    const database = await freshDatabase();
    const data = temporaryFolder('shared');
    const env = { KONTOR_DATABASE: database.url };
    const [one, two] = [await startKontor({ env, data }), await startKontor({ env, data })];
    await register(one, 'anna');
    const { json } = await ask(`${one.url}/npm/-/v1/login`, { method: 'POST' });
    const { loginUrl, doneUrl } = json as { loginUrl: string; doneUrl: string };
    const atTwo = (url: string) => url.replace(one.url, two.url);
    expect((await ask(atTwo(doneUrl))).status).toBe(202);
    const fields = { name: 'anna', password: passwordOf('anna') };
    expect((await submit(atTwo(loginUrl), fields)).status).toBe(200);
    const answers = await Promise.all(
      [doneUrl, atTwo(doneUrl), doneUrl, atTwo(doneUrl)].map((url) => ask(url)),
    );
    expect(statuses(answers)).toBe('200 404 404 404');
    await Promise.all([one.kill9(), two.kill9()]);
    await database.drop();
  });
});
