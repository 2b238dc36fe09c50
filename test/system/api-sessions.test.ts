import { jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const jwtSecret = '00112233445566778899aabbccddeeff'.repeat(2);
const password = 'a long pass phrase of anna';
let server: RunningKontor;
beforeAll(async () => {
  server = await startKontor({ env: { JWT_SECRET: jwtSecret } });
  await register(server, 'anna');
});

const logIn = () => session(server, 'anna', password);
const me = (token: string) => api(server, 'GET', '/me', { token });

describe('a session', () => {
  test('is a JWT that JWT_SECRET verifies, good for the API and for a door [A-14] [S-72]', async () => {
    const answer = await api(server, 'POST', '/sessions', { body: { login: 'Anna', password } });
    expect(answer.status).toBe(201);
    const { token, user } = answer.body as { token: string; user: object };
    expect(user).toMatchObject({ name: 'anna', role: 'user', disabled: false });
    const { payload } = await jwtVerify(token, new TextEncoder().encode(jwtSecret));
    expect(payload.sub).toBe('anna');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(86_400);
    expect((await me(token)).body).toMatchObject({
      name: 'anna',
      via: expect.stringMatching(/^session:\d+$/),
    });
    const whoami = await fetch(`${server.url}/npm/-/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await whoami.json()).toEqual({ username: 'anna' });
  });

  test('ends with a log-out, and its token is in no log', async () => {
    const token = await logIn();
    expect((await api(server, 'DELETE', '/sessions/current', { token })).status).toBe(204);
    expect(problemOf(await me(token))).toEqual([401, 'token_invalid']);
    expect(server.logs()).not.toContain(token);
  });

  test('is listed, and can be ended from another one', async () => {
    const [mine, other] = [await logIn(), await logIn()];
    const { sessions } = (await api(server, 'GET', '/sessions', { token: mine })).body as {
      sessions: { id: number; current: boolean; client: string }[];
    };
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    // Newest first: the other one.
    const [newest] = sessions;
    expect(newest).toMatchObject({ current: false, address: '127.0.0.1' });
    const end = () => api(server, 'DELETE', `/sessions/${newest?.id}`, { token: mine });
    expect((await end()).status).toBe(204);
    expect(problemOf(await end())).toEqual([404, 'not_found']);
    expect(problemOf(await me(other))).toEqual([401, 'token_invalid']);
    expect((await me(mine)).status).toBe(200);
  });

  test('of somebody else cannot be ended', async () => {
    await register(server, 'ben');
    const bens = await session(server, 'ben', 'a long pass phrase of ben');
    const { sessions } = (await api(server, 'GET', '/sessions', { token: bens })).body as {
      sessions: { id: number }[];
    };
    const end = await api(server, 'DELETE', `/sessions/${sessions[0]?.id}`, { token: await logIn() });
    expect(problemOf(end)).toEqual([404, 'not_found']);
    expect((await me(bens)).status).toBe(200);
  });

  test('is not started with a wrong password, in the words that an unknown name gets', async () => {
    const wrong = await api(server, 'POST', '/sessions', { body: { login: 'anna', password: 'wrong' } });
    const unknown = await api(server, 'POST', '/sessions', { body: { login: 'nobody', password: 'wrong' } });
    expect(problemOf(wrong)).toEqual([401, 'password_wrong']);
    expect(unknown).toMatchObject({ status: wrong.status, body: wrong.body });
    expect(wrong.headers.get('set-cookie')).toBeNull();
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['a list', []],
    ['a number for a password', { login: 'anna', password: 7 }],
    ['no JSON', '{"login"'],
    ['a very long name', { login: 'x'.repeat(5000), password }],
  ])('is not started with %s', async (_what, body) => {
    expect((await api(server, 'POST', '/sessions', { body })).status).toBe(400);
  });

  test('ends with a change of the password, but for the one that made it', async () => {
    await register(server, 'carla');
    const old = 'a long pass phrase of carla';
    const [mine, other] = [await session(server, 'carla', old), await session(server, 'carla', old)];
    const change = (body: object) => api(server, 'PUT', '/me/password', { token: mine, body });
    expect(problemOf(await change({ old: 'wrong', new: 'another pass phrase' }))).toEqual([
      401,
      'password_wrong',
    ]);
    expect(problemOf(await change({ old, new: 'carla' }))).toEqual([422, 'password_weak']);
    expect((await change({ old, new: 'another pass phrase' })).status).toBe(204);
    expect((await me(mine)).status).toBe(200);
    expect(problemOf(await me(other))).toEqual([401, 'token_invalid']);
    await session(server, 'carla', 'another pass phrase');
  });
});

const cookieOf = async (): Promise<string> => {
  const answer = await api(server, 'POST', '/sessions', { body: { login: 'anna', password } });
  const set = answer.headers.get('set-cookie') ?? '';
  expect(set).toMatch(/^kontor_session=[\w.-]+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/);
  return set.split(';')[0] ?? '';
};
const changeWith = (headers: Record<string, string>) =>
  api(server, 'PATCH', '/me', { headers, body: { fullname: 'Anna' } });

describe('a session in a cookie', () => {
  test('opens the API, and no door', async () => {
    const cookie = `other=1; ${await cookieOf()}`;
    expect((await api(server, 'GET', '/me', { headers: { cookie } })).status).toBe(200);
    const whoami = await fetch(`${server.url}/npm/-/whoami`, { headers: { cookie } });
    expect(whoami.status).toBe(401);
  });

  test('changes nothing unless a page of ours asks', async () => {
    const cookie = await cookieOf();
    const refused = [403, 'forbidden'];
    expect(problemOf(await changeWith({ cookie }))).toEqual(refused);
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(problemOf(await changeWith({ cookie, 'sec-fetch-site': site }))).toEqual(refused);
    }
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${server.port + 1}`]) {
      expect(problemOf(await changeWith({ cookie, origin }))).toEqual(refused);
    }
    const contrary = { cookie, origin: server.url, 'sec-fetch-site': 'cross-site' };
    expect(problemOf(await changeWith(contrary))).toEqual(refused);
    expect((await changeWith({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await changeWith({ cookie, origin: server.url })).status).toBe(200);
  });

  test('is taken away by a log-out', async () => {
    const headers = { cookie: await cookieOf(), origin: server.url };
    const answer = await api(server, 'DELETE', '/sessions/current', { headers });
    expect(answer.headers.get('set-cookie')).toMatch(/^kontor_session=; Path=\/; Max-Age=0;/);
    expect(problemOf(await api(server, 'GET', '/me', { headers }))).toEqual([401, 'token_invalid']);
  });

  test('goes over TLS only where clients come by TLS', async () => {
    const tls = await startKontor({ env: { KONTOR_PUBLIC_URL: 'https://packages.example.com' } });
    await register(tls, 'anna');
    const answer = await api(tls, 'POST', '/sessions', { body: { login: 'anna', password } });
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
    await tls.kill9();
  });
});

describe('signing secrets', () => {
  test('a former one counts for its grace, from the start that first knows it as such [A-72]', async () => {
    const data = server.data;
    const token = await logIn();
    await server.stop();
    const next = 'ffeeddccbbaa99887766554433221100'.repeat(2);
    const env = { JWT_SECRET: next, KONTOR_JWT_SECRET_PREVIOUS: jwtSecret };
    server = await startKontor({ data, env });
    expect((await me(token)).status).toBe(200);
    await server.stop();
    server = await startKontor({ data, env: { ...env, KONTOR_JWT_SECRET_GRACE: '1ms' } });
    expect(problemOf(await me(token))).toEqual([401, 'token_invalid']);
    await server.stop();
    server = await startKontor({ data, env: { JWT_SECRET: next } });
    expect(problemOf(await me(token))).toEqual([401, 'token_invalid']);
  });

  test('made by the server itself outlive a restart, and stay wrapped in the database', async () => {
    const env = { KONTOR_SECRET: 'a secret of sixteen letters and more' };
    const first = await startKontor({ env });
    await register(first, 'anna');
    const token = await session(first, 'anna', password);
    await first.stop();
    const second = await startKontor({ env, data: first.data });
    expect((await api(second, 'GET', '/me', { token })).status).toBe(200);
    await second.kill9();
  });
});

test.each(['changeme', 'admin123'])(
  "[V-10] a guide's sample password %s starts, with a warning in the log, and logs in",
  async (sample) => {
    const env = { VAIS_REGISTRY_ADMIN_USER: 'admin', VAIS_REGISTRY_ADMIN_PASS: sample };
    const kontor = await startKontor({ env: { ...env, KONTOR_PROFILE: 'vais', KONTOR_HOST: undefined } });
    expect(kontor.logs()).toMatch(/"level":40.*VAIS_REGISTRY_ADMIN_PASS is a sample password/);
    expect(kontor.logs()).not.toContain(sample);
    const token = await session(kontor, 'admin', sample);
    expect((await api(kontor, 'GET', '/users', { token })).status).toBe(200);
    await kontor.kill9();
  },
);

test('the npm door takes a verified e-mail address for the name, and a session for a token', async () => {
  const env = {
    KONTOR_ADMIN_USER: 'chef',
    KONTOR_ADMIN_PASS: password,
    KONTOR_ADMIN_EMAIL: 'chef@example.com',
  };
  const kontor = await startKontor({ env });
  const login = await fetch(`${kontor.url}/npm/-/user/org.couchdb.user:chef@example.com`, {
    method: 'PUT',
    body: JSON.stringify({ name: 'chef@example.com', password }),
  });
  expect(login.status).toBe(201);
  const { token } = (await login.json()) as { token: string };
  const whoami = await fetch(`${kontor.url}/npm/-/whoami`, { headers: { authorization: `Bearer ${token}` } });
  expect(await whoami.json()).toEqual({ username: 'chef' });
  await kontor.kill9();
});
