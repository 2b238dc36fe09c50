import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session, type ApiAnswer } from '../setup/api.ts';
import { publish, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const chefsPassword = 'a long pass phrase of the chef';
const passwordOf = (user: string) => `a long pass phrase of ${user}`;
let server: RunningKontor;
let chef: string;
beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword } });
  chef = await session(server, 'chef', chefsPassword);
});

const asChef = (method: string, path: string, body?: unknown) =>
  api(server, method, path, { token: chef, body });
const signUp = (body: object, on = server) => api(on, 'POST', '/users', { body });
const linkIn = ({ body }: ApiAnswer) => (body as { url: string }).url;
const secretIn = (answer: ApiAnswer) => linkIn(answer).split('/').at(-1) ?? '';

describe('registering', () => {
  test('makes a user who can log in, under a name that case does not change', async () => {
    const answer = await signUp({ name: 'Dora', password: passwordOf('dora'), email: 'dora@example.com' });
    expect(answer).toMatchObject({ status: 201, body: { user: { name: 'Dora', role: 'user' } } });
    await session(server, 'dora', passwordOf('dora'));
    const again = await signUp({ name: 'DORA', password: passwordOf('dora') });
    expect(problemOf(again)).toEqual([409, 'user_exists']);
  });

  test.each([
    ['password1', 'password_weak'],
    ['seven77', 'password_weak'],
    ['Wilhelmina', 'password_weak'],
    ['x'.repeat(1001), 'password_weak'],
  ])(
    'with the password %s is refused at the API and at the npm door alike [A-70]',
    async (password, code) => {
      expect(problemOf(await signUp({ name: 'wilhelmina', password }))).toEqual([422, code]);
      const atDoor = await fetch(`${server.url}/npm/-/user/org.couchdb.user:wilhelmina`, {
        method: 'PUT',
        body: JSON.stringify({ name: 'wilhelmina', password }),
      });
      expect([atDoor.status, await atDoor.json()]).toEqual([422, expect.objectContaining({ code })]);
      expect(problemOf(await asChef('GET', '/users/wilhelmina'))).toEqual([404, 'not_found']);
    },
  );

  test.each(['admin', 'Root', 'me', 'a.d.m.i.n', 'аdmin', 'anna\u200b', 'a', '', 'x'.repeat(65), 'a@b'])(
    'under the name %j is refused',
    async (name) => {
      expect(problemOf(await signUp({ name, password: passwordOf('x') }))).toEqual([
        422,
        'user_name_invalid',
      ]);
    },
  );

  test('gives no role, whatever is asked for', async () => {
    await signUp({ name: 'emil', password: passwordOf('emil'), role: 'administrator' });
    expect((await asChef('GET', '/users/emil')).body).toMatchObject({ role: 'user' });
  });
});

describe('registering by invitation', () => {
  let closed: RunningKontor;
  let boss: string;
  beforeAll(async () => {
    const env = {
      KONTOR_ADMIN_USER: 'chef',
      KONTOR_ADMIN_PASS: chefsPassword,
      KONTOR_REGISTRATION: 'invite',
    };
    closed = await startKontor({ env });
    boss = await session(closed, 'chef', chefsPassword);
  });
  const invite = (email?: string) => api(closed, 'POST', '/invitations', { token: boss, body: { email } });

  test('needs an invitation', async () => {
    const account = { name: 'dora', password: passwordOf('dora') };
    expect(problemOf(await signUp(account, closed))).toEqual([403, 'registration_off']);
    const garbage = { ...account, invitation: 'x'.repeat(43) };
    expect(problemOf(await signUp(garbage, closed))).toEqual([404, 'link_invalid']);
    const atDoor = await fetch(`${closed.url}/npm/-/user/org.couchdb.user:dora`, {
      method: 'PUT',
      body: JSON.stringify(account),
    });
    expect(atDoor.status).toBe(401);
  });

  test('works once; the invited address is verified, so that one can log in by it', async () => {
    const invited = await invite('Dora@example.com');
    expect(invited).toMatchObject({ status: 201, body: { mailed: false } });
    expect(linkIn(invited)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/-\/account\/register\/[\w-]{43}$/);
    const invitation = secretIn(invited);
    const account = { name: 'dora', password: passwordOf('dora'), email: 'dora@example.com', invitation };
    expect((await signUp(account, closed)).status).toBe(201);
    expect(problemOf(await signUp({ ...account, name: 'other' }, closed))).toEqual([404, 'link_invalid']);
    const token = await session(closed, 'DORA@example.com', passwordOf('dora'));
    expect((await api(closed, 'GET', '/me', { token })).body).toMatchObject({ emailVerified: true });
  });

  test('can be taken back', async () => {
    const invitation = secretIn(await invite('emil@example.com'));
    const list = await api(closed, 'GET', '/invitations', { token: boss });
    const { invitations } = list.body as { invitations: { id: number; email: string }[] };
    const one = invitations.find(({ email }) => email === 'emil@example.com');
    expect(one).toMatchObject({ invitedBy: 'chef' });
    const path = `/invitations/${one?.id}`;
    expect((await api(closed, 'DELETE', path, { token: boss })).status).toBe(204);
    expect(problemOf(await api(closed, 'DELETE', path, { token: boss }))).toEqual([404, 'not_found']);
    const account = { name: 'emil', password: passwordOf('emil'), invitation };
    expect(problemOf(await signUp(account, closed))).toEqual([404, 'link_invalid']);
  });

  test('is told apart in the log of the start', () => {
    expect(closed.logs()).toMatch(/"registration":"invite"/);
  });
});

describe('registering where the server listens on every address', () => {
  test('is off by itself, and an invitation is refused with a sentence', async () => {
    const env = { KONTOR_HOST: '0.0.0.0', KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword };
    const open = await startKontor({ env });
    expect(open.logs()).toMatch(/"registration":"off".*other machines can reach the host/);
    const account = { name: 'dora', password: passwordOf('dora') };
    expect(problemOf(await signUp(account, open))).toEqual([403, 'registration_off']);
    const token = await session(open, 'chef', chefsPassword);
    expect(problemOf(await api(open, 'POST', '/invitations', { token, body: {} }))).toEqual([
      403,
      'registration_off',
    ]);
    await open.kill9();
  });

  test.each([
    ['V-66', 'vais'],
    ['A-31', 'aam'],
    ['D-29', 'dryad'],
    ['S-30', 'cpkgs'],
  ])('is open under the profile of a family that registers there [%s]', async (_row, profile) => {
    const open = await startKontor({ env: { KONTOR_HOST: undefined, KONTOR_PROFILE: profile } });
    expect(open.logs()).toMatch(new RegExp(`"registration":"open".*profile ${profile}`));
    expect((await signUp({ name: 'dora', password: passwordOf('dora') }, open)).status).toBe(201);
    await open.kill9();
  });
});

describe('administrators', () => {
  test('alone look after users', async () => {
    const token = await register(server, 'fritz');
    for (const [method, path] of [
      ['GET', '/users'],
      ['GET', '/users/chef'],
      ['PUT', '/users/new'],
      ['PATCH', '/users/chef'],
      ['DELETE', '/users/chef'],
      ['POST', '/users/chef/reset-link'],
      ['POST', '/invitations'],
      ['GET', '/invitations'],
      ['DELETE', '/invitations/1'],
    ] as const) {
      const answer = await api(server, method, path, { token });
      expect([path, ...problemOf(answer)]).toEqual([path, 403, 'forbidden']);
      expect(problemOf(await api(server, method, path))).toEqual([401, 'unauthenticated']);
    }
  });

  test('make users, also under names that are reserved, and list them', async () => {
    const body = { password: passwordOf('support'), email: 'support@example.com', role: 'administrator' };
    expect((await asChef('PUT', '/users/support', body)).status).toBe(201);
    expect(problemOf(await asChef('PUT', '/users/Support', body))).toEqual([409, 'user_exists']);
    expect(problemOf(await asChef('PUT', '/users/other', body))).toEqual([409, 'email_taken']);
    await session(server, 'support@example.com', passwordOf('support'));
    const page = await asChef('GET', '/users?role=administrator&limit=1');
    expect(page.body).toMatchObject({ users: [{ name: 'chef' }], next: 'chef' });
    const rest = await asChef('GET', '/users?role=administrator&limit=1&after=chef');
    expect(rest.body).toEqual({
      users: [expect.objectContaining({ name: 'support', emailVerified: true, disabled: false })],
      next: null,
    });
    expect((await asChef('GET', '/users?limit=0')).status).toBe(400);
  });

  test('disable users, whose tokens and sessions open nothing from then on, and enable them', async () => {
    const token = await register(server, 'gerda');
    const gerdas = await session(server, 'gerda', passwordOf('gerda'));
    expect((await asChef('PATCH', '/users/GERDA', { disabled: true })).body).toMatchObject({
      disabled: true,
    });
    for (const one of [token, gerdas]) {
      expect(problemOf(await api(server, 'GET', '/me', { token: one }))).toEqual([401, 'token_invalid']);
    }
    const login = { login: 'gerda', password: passwordOf('gerda') };
    expect(problemOf(await api(server, 'POST', '/sessions', { body: login }))).toEqual([
      401,
      'password_wrong',
    ]);
    await asChef('PATCH', '/users/gerda', { disabled: false });
    expect((await api(server, 'GET', '/me', { token })).status).toBe(200);
    expect(problemOf(await api(server, 'GET', '/me', { token: gerdas }))).toEqual([401, 'token_invalid']);
  });

  test('hand over links for a new password, which work once and end sessions', async () => {
    await register(server, 'hans');
    const session1 = await session(server, 'hans', passwordOf('hans'));
    const secret = secretIn(await asChef('POST', '/users/hans/reset-link'));
    const reset = (password: string) =>
      api(server, 'POST', '/password/reset', { body: { secret, password } });
    expect(problemOf(await reset('hans'))).toEqual([422, 'password_weak']);
    expect((await reset('another pass phrase')).status).toBe(204);
    expect(problemOf(await reset('another pass phrase'))).toEqual([404, 'link_invalid']);
    expect(problemOf(await api(server, 'GET', '/me', { token: session1 }))).toEqual([401, 'token_invalid']);
    await session(server, 'hans', 'another pass phrase');
    expect(problemOf(await asChef('POST', '/users/nobody1/reset-link'))).toEqual([404, 'not_found']);
    expect(server.logs()).not.toContain(secret);
  });

  test('delete users: packages stay and have an owner, the name is gone for good', async () => {
    const token = await register(server, 'ida');
    await publish(server, token, 'idas-own', '1.0.0');
    await asChef('DELETE', '/users/ida');
    const packument = (await (await fetch(`${server.url}/npm/idas-own`)).json()) as Record<string, unknown>;
    expect(packument['maintainers']).toEqual([expect.objectContaining({ name: 'chef' })]);
    expect(packument['dist-tags']).toEqual({ latest: '1.0.0' });
    expect(problemOf(await api(server, 'GET', '/me', { token }))).toEqual([401, 'token_invalid']);
    expect(problemOf(await signUp({ name: 'Ida', password: passwordOf('ida') }))).toEqual([
      409,
      'user_exists',
    ]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const answer = await asChef(method, '/users/ida', method === 'PATCH' ? { disabled: false } : undefined);
      expect(problemOf(answer)).toEqual([404, 'not_found']);
    }
  });

  test('name an heir, who becomes an owner of everything', async () => {
    const [jan, kai] = [await register(server, 'jan'), await register(server, 'kai')];
    await publish(server, jan, 'jans-own', '1.0.0');
    const answer = await asChef('DELETE', '/users/jan?heir=kai');
    expect(answer).toMatchObject({ status: 200, body: { inherited: 1 } });
    expect((await publish(server, kai, 'jans-own', '1.0.1')).status).toBe(201);
    expect(problemOf(await asChef('DELETE', '/users/kai?heir=kai'))).toEqual([400, 'bad_request']);
    expect(problemOf(await asChef('DELETE', '/users/kai?heir=nobody1'))).toEqual([404, 'not_found']);
  });

  test('cannot all leave', async () => {
    const alone = await startKontor({ env: { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword } });
    const token = await session(alone, 'chef', chefsPassword);
    for (const [method, body] of [
      ['PATCH', { role: 'user' }],
      ['PATCH', { disabled: true }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await api(alone, method, '/users/chef', { token, body });
      expect(problemOf(answer)).toEqual([409, 'last_administrator']);
    }
    await alone.kill9();
  });
});

describe('the e-mail address of an account', () => {
  test('is changed by who logs in and knows the password, not by a token', async () => {
    const token = await register(server, 'lea');
    const leas = await session(server, 'lea', passwordOf('lea'));
    const change = (by: string, body: object) => api(server, 'PATCH', '/me', { token: by, body });
    const email = 'lea@example.com';
    expect(problemOf(await change(token, { email, password: passwordOf('lea') }))).toEqual([
      403,
      'forbidden',
    ]);
    expect(problemOf(await change(leas, { email }))).toEqual([401, 'password_wrong']);
    expect(problemOf(await change(leas, { email: 'x', password: passwordOf('lea') }))).toEqual([
      422,
      'email_invalid',
    ]);
    expect((await change(leas, { email, password: passwordOf('lea') })).body).toMatchObject({
      email,
      emailVerified: false,
    });
    // An address that is not verified is nobody's name.
    const login = { login: email, password: passwordOf('lea') };
    expect(problemOf(await api(server, 'POST', '/sessions', { body: login }))).toEqual([
      401,
      'password_wrong',
    ]);
  });

  test('is of no use where the server sends no mail, which it says to everybody alike', async () => {
    for (const login of ['lea', 'nobody1', 'lea@example.com']) {
      const answer = await api(server, 'POST', '/password/forgot', { body: { login } });
      expect(problemOf(answer)).toEqual([501, 'mail_off']);
    }
  });
});
