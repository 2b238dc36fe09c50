import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageOfSize } from '../setup/hostile.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { rawRequest, type RawAnswer } from '../setup/raw.ts';
import { downloadedIntegrity } from '../setup/read.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const FILE = '/npm/@acme/demo/-/demo-1.0.0.tgz';

let server: RunningKontor;
let tarball: Buffer;
beforeAll(async () => {
  server = await startKontor();
  tarball = await packageTarball('@acme/demo', '1.0.0');
  await publish(server, await register(server, 'anna'), '@acme/demo', '1.0.0', { tarball });
});

function get(headers: Record<string, string>, method = 'GET'): Promise<RawAnswer> {
  return rawRequest(server, { target: FILE, method, headers });
}

describe('the tarball', () => {
  test.each([
    FILE,
    '/npm/@acme%2fdemo/-/demo-1.0.0.tgz',
    '/npm/@acme%2Fdemo/-/demo-1.0.0.tgz',
    '/npm/%40acme/demo/-/demo-1.0.0.tgz',
  ])('comes from %s, byte for byte', async (path) => {
    const response = await fetch(server.url + path, {
      headers: { accept: 'application/vnd.npm.install-v1+json' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/octet-stream',
    ]);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(Buffer.from(await response.bytes())).toEqual(tarball);
  });

  test.each(['demo-1.0.1.tgz', 'demo-1.0.0.tgz.sig', 'demo-1.0.0', 'Demo-1.0.0.tgz', 'acme-demo-1.0.0.tgz'])(
    '%s is not there',
    async (file) => {
      const answer = await rawRequest(server, { target: `/npm/@acme%2fdemo/-/${file}` });
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        404,
        expect.objectContaining({ error: 'Not found' }),
      ]);
    },
  );

  test('is described by HEAD', async () => {
    const { status, headers, body } = await get({}, 'HEAD');
    expect([status, body, headers.get('content-length')]).toEqual([200, '', String(tarball.length)]);
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect(headers.get('etag')).toBe(`"${createHash('sha256').update(tarball).digest('hex')}"`);
  });

  test('says 304 to who has it', async () => {
    const etag = (await get({}, 'HEAD')).headers.get('etag') ?? '';
    for (const match of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await get({ 'if-none-match': match });
      expect([match, answer.status, answer.body]).toEqual([match, 304, '']);
    }
    expect((await get({ 'if-none-match': '"x"' })).status).toBe(200);
  });
});

const size = () => tarball.length;

describe('ranges of it', () => {
  test.each<[string, () => [number, number]]>([
    ['bytes=0-0', () => [0, 0]],
    ['bytes=10-19', () => [10, 19]],
    ['bytes=10-', () => [10, size() - 1]],
    ['bytes=-5', () => [size() - 5, size() - 1]],
    ['bytes=-999999', () => [0, size() - 1]],
    ['bytes=0-999999999999999', () => [0, size() - 1]],
  ])('%s: 206 with these bytes', async (range, expected) => {
    const [start, end] = expected();
    const response = await fetch(server.url + FILE, { headers: { range } });
    expect([response.status, response.headers.get('content-range')]).toEqual([
      206,
      `bytes ${start}-${end}/${size()}`,
    ]);
    expect(Buffer.from(await response.bytes())).toEqual(tarball.subarray(start, end + 1));
  });

  test.each(['bytes=999999-', 'bytes=999999-1000000', 'bytes=-0'])('%s: 416 with the size', async (range) => {
    const answer = await get({ range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${size()}`]);
  });

  test.each([
    'bytes=0-1,5-6',
    'bytes=5-2',
    'bytes=-',
    'bytes=a-b',
    'bytes=1.5-2',
    'bytes=0x1-2',
    'bytes',
    'items=0-1',
    `bytes=${'9'.repeat(400)}-`,
    `bytes=${'0-1,'.repeat(1000)}0-1`,
  ])('%s: all of it, as if there were no range', async (range) => {
    const answer = await get({ range });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(size())]);
  });

  test('If-None-Match goes before Range', async () => {
    const etag = (await get({}, 'HEAD')).headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag, range: 'bytes=0-1' })).status).toBe(304);
  });
});

test('a registry that was made beside the running server takes a large publish as its first request', async () => {
  const made = await kontor(['registry', 'create', 'team', '--format', 'npm'], {
    env: { KONTOR_DATA: server.data },
  });
  expect(made).toMatchObject({ code: 0 });
  const large = await packageOfSize('large', 3 * 1024 * 1024);
  const token = await register(server, 'ben');
  const answer = await publish(server, token, 'large', '1.0.0', { registry: 'team', tarball: large });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  const served = await downloadedIntegrity(`${server.url}/team/large/-/large-1.0.0.tgz`);
  expect(served).toBe(answer.integrity);
});
