import { assert, asyncProperty, constantFrom, record } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { rawRequest, RawConnection, requestHead, type RawAnswer, type RawRequest } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let server: RunningKontor;
let token: string;
/** Tags that a client may have learnt. */
let etags: string[];
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  await publish(server, token, '@acme/demo', '1.0.0');
  await publish(server, token, 'plain', '1.0.0');
  await publish(server, token, 'hidden', '1.0.0');
  await fetch(`${server.url}/npm/-/package/hidden/access`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ access: 'restricted' }),
  });
  const seen = await Promise.all(
    ['/npm/plain', '/npm/plain/-/plain-1.0.0.tgz'].map((target) => rawRequest(server, { target })),
  );
  etags = seen.map(({ headers }) => headers.get('etag') ?? '');
});

const targets = [
  '/npm/plain',
  '/npm//plain',
  '/npm/plain/',
  '/npm/plain?write=true',
  '/npm/%70lain',
  '/npm/plain%00',
  '/npm/Plain',
  '/npm/@acme%2fdemo',
  '/npm/@acme/demo',
  '/npm/%40acme%2Fdemo',
  'http://elsewhere.example/npm/plain',
  '/npm/plain/latest',
  '/npm/plain/-/plain-1.0.0.tgz',
  '/npm/@acme/demo/-/demo-1.0.0.tgz',
  '/npm/plain/-/plain-2.0.0.tgz',
  '/npm/hidden',
  '/npm/hidden/-/hidden-1.0.0.tgz',
  '/npm/absent',
  '/~npm/npm/plain',
];

const header = (...values: (string | undefined)[]) => constantFrom(...values);

/** Everything that a read looks at, and some things that none should. */
const requests = record({
  target: constantFrom(...targets),
  method: constantFrom('GET', 'GET', 'HEAD', 'OPTIONS'),
  accept: header(undefined, 'application/vnd.npm.install-v1+json', 'application/json', '*/*'),
  'accept-encoding': header(undefined, 'gzip', 'gzip;q=0', 'identity', 'br, gzip', '*'),
  'if-none-match': constantFrom(undefined, '*', '"0"', 0, 1),
  range: header(undefined, 'bytes=0-9', 'bytes=-1', 'bytes=99999-', 'lines=1-2'),
  host: header(undefined, 'localhost:1234', 'registry.example'),
  cookie: header(undefined, 'kontor_session=1'),
  'user-agent': header(undefined, 'npm/11.0.0'),
  'content-length': header(undefined, undefined, '0'),
  authorization: constantFrom(undefined, undefined, 'Bearer', 'Bearer nonsense', 'Basic !', 'token'),
  connection: header(undefined, 'keep-alive'),
}).map(({ target, method, 'if-none-match': etag, authorization, ...rest }): RawRequest => {
  const credentials = authorization === 'token' ? `Bearer ${token}` : authorization;
  const tag = typeof etag === 'number' ? etags[etag] : etag;
  const headers = Object.entries({ ...rest, authorization: credentials, 'if-none-match': tag }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { target, method, headers: Object.fromEntries(headers) };
});

/** Without what names the moment or the request. */
function comparable({ status, headers, body }: RawAnswer): unknown {
  return [status, [...headers].filter(([name]) => name !== 'date'), body];
}

test('a request gets the same answer on the express lane as on the slow one, byte for byte', async () => {
  await assert(
    asyncProperty(requests, async (request) => {
      // The first of a connection is read by Node in any case, and what Node has read it need not read again.
      const connection = await RawConnection.to(server);
      const send = async (sent: RawRequest) => {
        connection.write(requestHead(sent));
        return comparable(await connection.answer(sent.method));
      };
      // No request that came through somebody else is taken by the express lane.
      const slow = await send({ ...request, headers: { ...request.headers, via: '1.1 somebody' } });
      for (let time = 1; time <= 3; time += 1) expect(await send(request)).toEqual(slow);
      connection.hangUp();
    }),
    { numRuns: 150 },
  );
});

test('requests sent in one go are answered in their order', async () => {
  const asked = [
    '/npm/plain',
    '/npm/absent',
    '/npm/plain/-/plain-1.0.0.tgz',
    '/npm/plain',
    '/npm/plain/latest',
  ];
  const alone = await Promise.all(asked.map(async (target) => (await rawRequest(server, { target })).body));
  const connection = await RawConnection.to(server);
  connection.write(asked.map((target) => requestHead({ target })).join(''));
  for (const expected of alone) expect(await connection.answer()).toMatchObject({ body: expected });
  connection.hangUp();
});

test('what changes is seen by the next request, however often the old was read', async () => {
  await publish(server, token, 'moving', '1.0.0');
  const read = async (path: string) => {
    const answers = [];
    for (let time = 1; time <= 3; time += 1) {
      const answer = await fetch(`${server.url}${path}`);
      const body = await answer.text();
      answers.push(
        answer.status === 200 && path.endsWith('moving')
          ? Object.keys((JSON.parse(body) as { versions: object }).versions)
          : answer.status,
      );
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    return answers[0];
  };
  const change = (path: string, init: RequestInit) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const tarball = '/npm/moving/-/moving-1.0.0.tgz';
  expect([await read('/npm/moving'), await read(tarball)]).toEqual([['1.0.0'], 200]);
  await publish(server, token, 'moving', '1.1.0');
  expect([await read('/npm/moving'), await read(tarball)]).toEqual([['1.0.0', '1.1.0'], 200]);
  const access = { method: 'POST', body: JSON.stringify({ access: 'restricted' }) };
  expect((await change('/npm/-/package/moving/access', access)).status).toBeLessThan(300);
  expect([await read('/npm/moving'), await read(tarball)]).toEqual([404, 404]);
  const open = { method: 'POST', body: JSON.stringify({ access: 'public' }) };
  expect((await change('/npm/-/package/moving/access', open)).status).toBeLessThan(300);
  expect([await read('/npm/moving'), await read(tarball)]).toEqual([['1.0.0', '1.1.0'], 200]);
  const { _rev: revision } = (await (await fetch(packageUrl(server, 'moving'))).json()) as { _rev: string };
  expect((await change(`/npm/moving/-rev/${revision}`, { method: 'DELETE' })).status).toBeLessThan(300);
  expect([await read('/npm/moving'), await read(tarball)]).toEqual([404, 404]);
});

test('a token that is taken back opens nothing any more, however often it was used', async () => {
  const own = await register(server, 'berta');
  await publish(server, own, 'owned', '1.0.0');
  const hide = { method: 'POST', body: JSON.stringify({ access: 'restricted' }) };
  const headers = { authorization: `Bearer ${own}`, 'content-type': 'application/json' };
  await fetch(`${server.url}/npm/-/package/owned/access`, { ...hide, headers });
  const statuses = async () => {
    const seen = [];
    for (let time = 1; time <= 4; time += 1) {
      const answer = await fetch(packageUrl(server, 'owned'), { headers });
      await answer.text();
      seen.push(answer.status);
    }
    return seen;
  };
  expect(await statuses()).toEqual([200, 200, 200, 200]);
  await fetch(`${server.url}/npm/-/user/token/${own}`, { method: 'DELETE', headers });
  expect(await statuses()).toEqual([401, 401, 401, 401]);
});

test('downloads that were repeated are counted as well', async () => {
  await publish(server, token, 'counted', '1.0.0');
  for (let time = 1; time <= 5; time += 1) {
    await (await fetch(`${server.url}/npm/counted/-/counted-1.0.0.tgz`)).bytes();
  }
  await expect
    .poll(
      async () =>
        (await (await fetch(`${server.url}/npm/downloads/point/last-day/counted`)).json()) as object,
      { timeout: 20_000 },
    )
    .toMatchObject({ downloads: 5 });
});
