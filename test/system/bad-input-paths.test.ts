import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { RawConnection, rawRequest, requestHead } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { refusalOf, storedFiles } from '../setup/traces.ts';

/** Targets as no client of good will sends them, and what must come of a GET. */
const nothing = [
  '/npm/..',
  '/npm/../npm/-/ping',
  '/npm/./-/ping',
  '/npm/%2e%2e',
  '/npm/%2e%2e/%2e%2e/kontor.db',
  '/npm/%2e%2e%2f%2e%2e%2fkontor.db',
  '/npm/..%2f..%2fkontor.db',
  '/npm/..%5c..%5ckontor.db',
  '/npm/%252e%252e%252fkontor.db',
  '/npm/demo/-/..%2f..%2f..%2fkontor.db',
  '/npm/demo/-/%2e%2e%2fdemo-1.0.0.tgz',
  '/npm/demo/-/demo-1.0.0.tgz/../../..',
  '/npm/@x/..',
  '/npm/@../x',
  '/npm/@..%2fx',
  '/npm/@scope%2f..',
  '/npm/@scope%2f%2e%2e',
  '/npm/@scope%2f..%2f..',
  '/npm/@%2e%2e/x/-/x-1.0.0.tgz',
  '/npm/@/-/x',
  '/npm/@acme',
  '/npm/~npm',
  '/npm/__proto__',
  '/npm/constructor',
  '/npm/demo/__proto__',
  '/npm/demo/constructor',
  '/npm/d%D0%B5mo',
  '/npm/ｄｅｍｏ'.replace(/[^\0-\x7f]/gu, (char) => encodeURIComponent(char)),
  `/npm/${'a'.repeat(300)}`,
  `/npm/${'a'.repeat(5000)}`,
  `/npm/${'%61'.repeat(2000)}`,
  `/npm/${'@'.repeat(3000)}`,
  `/npm/${'/'.repeat(3000)}x`,
  '/npm/-/package/..%2fdemo/dist-tags',
  '/npm/-/nonsense',
  '/~npm/npm/demo',
  '/%7Enpm/npm/demo',
  '/%7enpm/npm/-/ping',
  '//~npm/npm/-/ping',
  '/-/~npm/npm/-/ping',
  'http://127.0.0.1/~npm/npm/-/ping',
  '/npm2/demo',
  '/__proto__/demo',
  '/constructor/demo',
  '/',
  '*',
];
const undecodable = ['/npm/%', '/npm/%zz', '/npm/demo%e0%a4%a', '/npm/%ff', '/npm/%c0%ae%c0%ae', '/%zz'];
const withNul = [
  '/npm/%00',
  '/npm/demo%00',
  '/npm/demo/%00',
  '/npm/demo/-/%00.tgz',
  '/npm/-/package/demo/dist-tags/%00',
  '/npm/-/user/org.couchdb.user:a%00b',
];

const databases = ['SQLite', 'PostgreSQL'].filter((name) => name === 'SQLite' || hasPostgres());

describe.each(databases)('paths, on %s', (name) => {
  let database: FreshDatabase | undefined;
  let server: RunningKontor;
  let token: string;
  beforeAll(async () => {
    database = name === 'PostgreSQL' ? await freshDatabase() : undefined;
    server = await startKontor({ env: { KONTOR_DATABASE: database?.url } });
    token = await register(server, 'anna');
    await publish(server, token, 'demo', '1.0.0');
  });
  afterAll(async () => {
    await server.kill9();
    await database?.drop();
  });

  test.each(nothing)('GET %s finds nothing', async (target) => {
    const answer = await rawRequest(server, { target });
    const { error } = JSON.parse(answer.body) as { error: unknown };
    expect([answer.status, typeof error]).toEqual([404, 'string']);
    expect(answer.body).not.toContain('/~npm/npm/%');
  });

  test.each(undecodable)('GET %s is refused as undecodable, without the inner path', async (target) => {
    const answer = await rawRequest(server, { target });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toHaveProperty('error', expect.stringMatching(/^The path /));
    expect(answer.body).not.toContain('~npm');
  });

  test.each(withNul)('%s is refused for its NUL, whatever the method', async (target) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await rawRequest(server, { method, target, headers, body: '"1.0.0"' });
      expect(refusalOf(answer)).toEqual([400, 'bad_request']);
    }
  });

  test('no bad path stores anything when it is published to', async () => {
    const before = storedFiles(server);
    for (const target of [...nothing, ...undecodable, ...withNul].filter((path) => path !== '*')) {
      const answer = await rawRequest(server, {
        method: 'PUT',
        target,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"name":"demo","versions":{}}',
      });
      expect([answer.status, target]).toEqual([expect.toBeOneOf([400, 404, 413, 422]), target]);
      expect(JSON.parse(answer.body)).toHaveProperty('error');
    }
    expect(storedFiles(server)).toEqual(before);
  });

  test('what leads to the same place in another spelling is found', async () => {
    for (const target of [
      '//npm//demo',
      '/npm/demo/',
      '/npm/d%65mo',
      '/npm/demo?write=%zz',
      '/npm/demo#fragment',
      'http://127.0.0.1/npm/demo',
      'http://elsewhere.example/npm/demo',
      'HTTP://[::1]:1/npm/demo?write=true',
    ]) {
      const answer = await rawRequest(server, { target });
      expect([answer.status, target]).toEqual([200, target]);
    }
  });

  test('the host of an absolute target does not come into the URLs of the answer', async () => {
    const answer = await rawRequest(server, { target: 'http://elsewhere.example/npm/demo/1.0.0' });
    expect(answer.body).toContain('"tarball":"http://127.0.0.1/npm/demo/-/demo-1.0.0.tgz"');
  });

  test.each(['OPTIONS', 'POST', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'REPORT'])(
    '%s, which no package takes, is refused in a sentence',
    async (method) => {
      for (const target of ['/npm/demo', '/npm/demo/-/demo-1.0.0.tgz', '/npm/', '/elsewhere']) {
        const answer = await rawRequest(server, { method, target });
        expect([answer.status, target]).toEqual([404, target]);
        expect(JSON.parse(answer.body)).toHaveProperty('error');
      }
    },
  );

  test('HEAD answers as GET does, without a body', async () => {
    const found = await rawRequest(server, { method: 'HEAD', target: '/npm/demo' });
    expect([found.status, found.body]).toEqual([200, '']);
    const missing = await rawRequest(server, { method: 'HEAD', target: '/npm/nothing-here' });
    expect([missing.status, missing.body]).toEqual([404, '']);
  });
});

describe('requests that are no HTTP', () => {
  let server: RunningKontor;
  beforeAll(async () => {
    server = await startKontor();
  });

  test.each([
    ['not a request line', 'nonsense\r\n\r\n'],
    ['an unknown method', requestHead({ method: 'FOO', target: '/npm/demo' })],
    ['a target without a slash', requestHead({ target: 'npm/demo' })],
    ['bytes above ASCII in the target', Buffer.from(requestHead({ target: '/npm/d\xe9mo' }), 'latin1')],
    ['a NUL in the target', requestHead({ target: '/npm/\0' })],
    ['a blank in the target', requestHead({ target: '/npm/de mo' })],
    ['no Host', 'GET /npm/demo HTTP/1.1\r\n\r\n'],
    ['a length that is no number', requestHead({ target: '/npm/demo', headers: { 'content-length': 'x' } })],
    ['a negative length', requestHead({ target: '/npm/demo', headers: { 'content-length': '-1' } })],
    [
      'two lengths (request smuggling)',
      requestHead({
        method: 'PUT',
        target: '/npm/demo',
        headers: { 'content-length': '3\r\ncontent-length: 4' },
      }),
    ],
    [
      'a length and chunks (request smuggling)',
      requestHead({
        method: 'PUT',
        target: '/npm/demo',
        headers: { 'content-length': '3', 'transfer-encoding': 'chunked' },
      }),
    ],
    ['a bare line feed in a header', requestHead({ target: '/npm/demo', headers: { a: 'b\nc: d' } })],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s: 400, and the server goes on', async (_what, bytes) => {
    const connection = await RawConnection.to(server);
    connection.write(bytes);
    expect((await connection.answer()).status).toBe(400);
    await connection.closed();
    expect((await rawRequest(server, { target: '/health' })).status).toBe(200);
  });

  test('headers of 20 kB are refused before they are all read', async () => {
    const headers = { 'x-much': 'a'.repeat(20_000) };
    const answer = await rawRequest(server, { target: '/npm/demo', headers });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      431,
      expect.objectContaining({ error: expect.any(String) }),
    ]);
  });

  test('what a path says comes into the log escaped, on the one line of its request', async () => {
    await rawRequest(server, { target: '/npm/x%0a%7B%22level%22:60%7D?%0d%0a"', headers: { 'x-a': '"\\' } });
    await expect.poll(() => server.logs(), { timeout: 20_000 }).toContain('%22level%22:60');
    for (const line of server.logs().trim().split('\n'))
      expect(JSON.parse(line)).not.toHaveProperty('level', 60);
  });

  test('a token in a path does not come into the log', async () => {
    await rawRequest(server, { method: 'DELETE', target: '/npm/-/user/token/secret-secret' });
    await rawRequest(server, { method: 'DELETE', target: '//npm//-//user//token//secret-secret' });
    await rawRequest(server, { method: 'DELETE', target: '/npm/-/npm/v1/tokens/token/secret-secret?x=1' });
    await expect.poll(() => server.logs(), { timeout: 20_000 }).toContain('tokens/token/…?x=1');
    expect(server.logs()).not.toContain('secret-secret');
  });
});
