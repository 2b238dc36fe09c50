import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { RawConnection, rawRequest, requestHead, type RawAnswer } from '../setup/raw.ts';
import { readPackument } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { addedFor, refusalOf, storedFiles } from '../setup/traces.ts';

let server: RunningKontor;
let token: string;
let before: string[];
let body: string;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  await publish(server, token, 'annas', '1.0.0');
  body = JSON.stringify(publishBody('demo', '1.0.0', await packageTarball('demo', '1.0.0')));
});
beforeEach(() => {
  before = storedFiles(server);
});

function publishWith(headers: Record<string, string>): Promise<RawAnswer> {
  return rawRequest(server, { method: 'PUT', target: '/npm/demo', headers, body });
}

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function whoamiWith(...authorization: string[]): Promise<RawAnswer> {
  const headers = { authorization: authorization.join('\r\nauthorization: ') };
  return rawRequest(server, { target: '/npm/-/whoami', headers });
}

describe('credentials that are none', () => {
  test.each<[string, () => string]>([
    ['a word', () => 'nonsense'],
    ['nothing', () => ''],
    ['the scheme alone', () => 'Bearer'],
    ['another scheme', () => 'Digest username="anna"'],
    ['a name without a password', () => basic('anna:')],
    ['a password without a name', () => basic(':a long pass phrase of anna')],
    ['a pair without a colon', () => basic('anna')],
    ['a pair that is no base64', () => 'Basic anna:secret'],
    ['a pair that is no UTF-8', () => `Basic ${Buffer.from('anna:größe', 'latin1').toString('base64')}`],
    ['a token of somebody else', () => basic(`ben:${token}`)],
    ['an unknown token', () => 'Bearer kontor_0000000000000000000000000000000000'],
    [
      'a token with a character changed',
      () => `Bearer ${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['a token with one more character', () => `Bearer ${token}A`],
    ['a token cut short', () => `Bearer ${token.slice(0, -1)}`],
    ['two tokens', () => `Bearer ${token} ${token}`],
    ['two tokens with a comma', () => `Bearer ${token}, Bearer ${token}`],
    ['a token in quotes', () => `Bearer "${token}"`],
    ['SQL', () => `Bearer ' or 1=1 --`],
    ['12,000 characters', () => `Bearer ${'a'.repeat(12_000)}`],
    ['letters above ASCII', () => `Bearer ${Buffer.from('größe').toString('latin1')}`],
    ['a tab', () => 'Bearer a\tb'],
  ])('%s: 401 for writing and for reading alike, and nothing stored', async (_what, authorization) => {
    const headers = { authorization: authorization() };
    expect(refusalOf(await publishWith(headers))).toEqual([401, 'token_invalid']);
    const whoami = await rawRequest(server, { target: '/npm/-/whoami', headers });
    expect(refusalOf(whoami)).toEqual([401, 'token_invalid']);
    // RFC 6750 section 3: some clients print this and not the body.
    expect(whoami.headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+"$/,
    );
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('a NUL in the header is no HTTP', async () => {
    const connection = await RawConnection.to(server);
    connection.write(requestHead({ target: '/npm/-/whoami', headers: { authorization: 'Bearer a\0b' } }));
    expect((await connection.answer()).status).toBe(400);
    await connection.closed();
  });

  test('of two headers the first counts, so that a proxy and we cannot disagree unseen', async () => {
    expect(refusalOf(await whoamiWith('Bearer x', `Bearer ${token}`))).toEqual([401, 'token_invalid']);
    expect((await whoamiWith(`Bearer ${token}`, 'Bearer x')).status).toBe(200);
  });

  test('no credentials: 401 before the body is read', async () => {
    const connection = await RawConnection.to(server);
    const headers = { 'content-length': '1000000' };
    connection.write(requestHead({ method: 'PUT', target: '/npm/demo', headers }));
    expect(refusalOf(await connection.answer())).toEqual([401, 'unauthenticated']);
    connection.hangUp();
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('tokens and passwords of these requests are in no log', async () => {
    await rawRequest(server, { target: '/npm/-/whoami', headers: { authorization: `Bearer ${token}` } });
    await logIn('anna', { name: 'anna', password: 'a wrong pass phrase' });
    expect(server.logs()).not.toContain(token);
    expect(server.logs()).not.toMatch(/pass phrase|argon2/);
  });
});

describe('a pair of name and secret', () => {
  test.each([
    ['a password', () => 'anna:a long pass phrase of anna'],
    ['a token in place of the password', () => `anna:${token}`],
    ['the name in another case', () => `ANNA:${token}`],
  ])('with %s says who asks', async (_what, pair) => {
    expect(await whoamiWith(basic(pair()))).toMatchObject({ status: 200, body: '{"username":"anna"}' });
  });

  test.each([
    ['a wrong password', 'anna:a wrong pass phrase'],
    ['a name that nobody has', 'nobody:a long pass phrase'],
  ])('with %s is refused in the same words, and asked for as a pair', async (_what, pair) => {
    const answer = await whoamiWith(basic(pair));
    expect(refusalOf(answer)).toEqual([401, 'password_wrong']);
    expect(answer.body).toContain('The user name or the password is wrong.');
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Kontor", charset="UTF-8"');
  });
});

describe('rights', () => {
  test('somebody else cannot publish a further version or move a tag', async () => {
    const other = await register(server, 'ben');
    const answer = await publish(server, other, 'annas', '2.0.0');
    expect(refusalOf({ status: answer.status, body: answer.text })).toEqual([403, 'not_owner']);
    for (const method of ['PUT', 'DELETE']) {
      const target = '/npm/-/package/annas/dist-tags/next';
      const headers = { authorization: `Bearer ${other}` };
      expect(refusalOf(await rawRequest(server, { method, target, headers, body: '"1.0.0"' }))).toEqual([
        403,
        'not_owner',
      ]);
    }
    expect((await readPackument(server, 'annas'))?.['dist-tags']).toEqual({ latest: '1.0.0' });
    expect(storedFiles(server)).toEqual(before);
  });

  test('the tag latest cannot be removed', async () => {
    const target = '/npm/-/package/annas/dist-tags/latest';
    const headers = { authorization: `Bearer ${token}` };
    expect(refusalOf(await rawRequest(server, { method: 'DELETE', target, headers }))).toEqual([
      403,
      'forbidden',
    ]);
  });
});

function logIn(user: string, login: unknown): Promise<RawAnswer> {
  return rawRequest(server, {
    method: 'PUT',
    target: `/npm/-/user/org.couchdb.user:${encodeURIComponent(user)}`,
    body: typeof login === 'string' ? login : JSON.stringify(login),
  });
}

describe('logins', () => {
  test.each<[string, unknown, number, string]>([
    ['no JSON', '{"name"', 400, 'json_invalid'],
    ['nothing', '', 400, 'json_invalid'],
    ['a list', [], 400, 'bad_request'],
    ['null', null, 400, 'bad_request'],
    ['no password', { name: 'carla' }, 400, 'bad_request'],
    ['a number for a password', { name: 'carla', password: 12345678 }, 400, 'bad_request'],
    ['another name than the path', { name: 'anna', password: 'a long pass phrase' }, 400, 'bad_request'],
    ['a password too short', { name: 'carla', password: 'short' }, 422, 'password_weak'],
    [
      'an address that is none',
      { name: 'carla', password: 'a long pass phrase', email: 'x' },
      422,
      'email_invalid',
    ],
    [
      'a NUL in the address',
      { name: 'carla', password: 'a long pass phrase', email: 'a\0b@example.com' },
      422,
      'email_invalid',
    ],
    ['60,000 characters of password', { name: 'carla', password: 'x'.repeat(60_000) }, 422, 'password_weak'],
  ])('with %s are refused', async (_what, login, status, code) => {
    expect(refusalOf(await logIn('carla', login))).toEqual([status, code]);
  });

  test.each(['..', 'a', 'anna ', 'ann\u0430', 'a/b', 'a\nb', '@anna', '-x', 'x'.repeat(65)])(
    'under the name %j make no user',
    async (name) => {
      const answer = await logIn(name, { name, password: 'a long pass phrase' });
      expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('"user_name_invalid"')]);
    },
  );

  test('with a wrong password get 401, and no token', async () => {
    const answer = await logIn('anna', { name: 'anna', password: 'a wrong pass phrase' });
    expect(refusalOf(answer)).toEqual([401, 'password_wrong']);
  });

  test('forty at once of people whom nobody knows are all answered', async () => {
    const closed = await startKontor({ env: { KONTOR_REGISTRATION: 'off' } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        rawRequest(closed, {
          method: 'PUT',
          target: `/npm/-/user/org.couchdb.user:nobody${index}`,
          body: JSON.stringify({ name: `nobody${index}`, password: 'a long pass phrase' }),
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    await closed.kill9();
  });
});

test('a token from the command line works beside the server', async () => {
  const made = await kontor(['token', 'create', '--user', 'anna'], { env: { KONTOR_DATA: server.data } });
  expect(made).toMatchObject({ code: 0 });
  const headers = { authorization: `Bearer ${made.stdout.trim().split('\n').at(-1)}` };
  const whoami = await rawRequest(server, { target: '/npm/-/whoami', headers });
  expect([whoami.status, whoami.body]).toEqual([200, '{"username":"anna"}']);
});
