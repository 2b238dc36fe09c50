import { beforeAll, describe, expect, test } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { rawRequest, type RawAnswer } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { refusalOf } from '../setup/traces.ts';

const PASSWORD = 'a long pass phrase';

let server: RunningKontor;
let token: string;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  await publish(server, token, 'demo', '1.0.0');
  await publish(server, token, 'demo', '1.1.0');
});

interface Sent {
  method?: string;
  token?: string;
  body?: string;
  at?: RunningKontor;
}

function send(target: string, { method, token: sent, body, at = server }: Sent = {}): Promise<RawAnswer> {
  const headers: Record<string, string> = sent === undefined ? {} : { authorization: `Bearer ${sent}` };
  return rawRequest(at, {
    target,
    headers,
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
  });
}

/** What npm sends to log in and to register: protocols/npm 4.3. */
function logIn(name: string, password: string, at = server): Promise<RawAnswer> {
  const login = {
    _id: `org.couchdb.user:${name}`,
    name,
    password,
    type: 'user',
    roles: [],
    date: '2026-01-01',
  };
  return send(`/npm/-/user/org.couchdb.user:${name}`, { method: 'PUT', body: JSON.stringify(login), at });
}

describe('ping and whoami', () => {
  test('ping answers an object', async () => {
    expect(await send('/npm/-/ping')).toMatchObject({ status: 200, body: '{}' });
  });

  test('whoami names the owner of a token, in any spelling of Bearer', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const headers = { authorization: `${scheme}  ${token} ` };
      const answer = await rawRequest(server, { target: '/npm/-/whoami', headers });
      expect([answer.status, answer.body]).toEqual([200, '{"username":"anna"}']);
    }
  });

  test('whoami without a token is 401 and asks for one', async () => {
    const answer = await send('/npm/-/whoami');
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('the couch login', () => {
  test('registers an unknown name, and logs a known one in with a token of its own', async () => {
    const tokens: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const answer = await logIn('carla', PASSWORD);
      const { token: made, ...shape } = JSON.parse(answer.body) as Record<string, string>;
      expect([answer.status, shape]).toEqual([
        201,
        { ok: true, id: 'org.couchdb.user:carla', rev: expect.any(String) },
      ]);
      expect(await send('/npm/-/whoami', { token: made ?? '' })).toMatchObject({
        body: '{"username":"carla"}',
      });
      tokens.push(made ?? '');
    }
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test('with a wrong password is 401 without a word on which part was wrong', async () => {
    await logIn('dora', PASSWORD);
    const wrong = await logIn('dora', 'another long pass phrase');
    expect(refusalOf(wrong)).toEqual([401, 'password_wrong']);
    const again = await logIn('DORA', 'another long pass phrase');
    expect(refusalOf(again)).toEqual([401, 'password_wrong']);
    expect(again.body).toBe(wrong.body);
  });

  test('of twenty at once under one new name with two passwords, one password wins', async () => {
    const passwords = [PASSWORD, 'another long pass phrase'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const password = passwords[index % 2] ?? '';
        return { password, status: (await logIn('emil', password)).status };
      }),
    );
    const winners = new Set(answers.filter(({ status }) => status === 201).map(({ password }) => password));
    const losers = new Set(answers.filter(({ status }) => status === 401).map(({ password }) => password));
    expect([winners.size, losers.size]).toEqual([1, 1]);
    expect(winners).not.toEqual(losers);
  });

  test('makes nobody a user where registration is off', async () => {
    const closed = await startKontor({
      env: { KONTOR_REGISTRATION: 'off', KONTOR_ADMIN_USER: 'boss', KONTOR_ADMIN_PASS: PASSWORD },
    });
    expect((await logIn('boss', PASSWORD, closed)).status).toBe(201);
    const unknown = await logIn('frieda', PASSWORD, closed);
    expect(refusalOf(unknown)).toEqual([401, 'password_wrong']);
    expect((await logIn('frieda', PASSWORD, closed)).status).toBe(401);
    await closed.kill9();
  });
});

describe('dist-tags', () => {
  const tags = '/npm/-/package/demo/dist-tags';

  test('are read, set, moved and removed', async () => {
    expect(JSON.parse((await send(tags)).body)).toEqual({ latest: '1.1.0' });
    for (const version of ['1.0.0', '1.1.0']) {
      const set = await send(`${tags}/next`, { method: 'PUT', token, body: `"${version}"` });
      expect(set.status).toBe(201);
      expect(JSON.parse((await send(tags)).body)).toEqual({ latest: '1.1.0', next: version });
      expect(JSON.parse((await send('/npm/demo/next')).body)).toMatchObject({ version });
    }
    expect((await send(`${tags}/next`, { method: 'DELETE', token })).status).toBe(200);
    expect(JSON.parse((await send(tags)).body)).toEqual({ latest: '1.1.0' });
  });

  test('latest can be moved back', async () => {
    await send(`${tags}/latest`, { method: 'PUT', token, body: '"1.0.0"' });
    expect(JSON.parse((await send('/npm/demo/latest')).body)).toMatchObject({ version: '1.0.0' });
    await send(`${tags}/latest`, { method: 'PUT', token, body: '"1.1.0"' });
  });

  test.each<[string, string, Sent, number, string]>([
    ['read of a package that is not there', '/npm/-/package/nothing/dist-tags', {}, 404, 'package_not_found'],
    ['set without a token', `${tags}/next`, { method: 'PUT', body: '"1.0.0"' }, 401, 'unauthenticated'],
    ['removed without a token', `${tags}/next`, { method: 'DELETE' }, 401, 'unauthenticated'],
  ])('are not %s', async (_what, target, sent, status, code) => {
    expect(refusalOf(await send(target, sent))).toEqual([status, code]);
  });

  test('that are not there cannot be removed', async () => {
    const answer = await send(`${tags}/nothing`, { method: 'DELETE', token });
    expect(refusalOf(answer)).toEqual([404, 'tag_not_found']);
  });

  test('a package whose first version has another tag gets latest too', async () => {
    await publish(server, token, 'early', '0.1.0', { tag: 'beta' });
    const answer = await send('/npm/-/package/early/dist-tags');
    expect(JSON.parse(answer.body)).toEqual({ beta: '0.1.0', latest: '0.1.0' });
  });
});
