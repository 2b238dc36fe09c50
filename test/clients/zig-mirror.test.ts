import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readZigPackage } from '../../src/formats/zig/index.ts';
import { tarGz, zigLibrary } from '../formats/zig-archive.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { fetchedHash, whyNoZig, zig012, zig016 } from '../setup/zig.ts';
import { answers, retryLater, scriptedUpstream, type ScriptedUpstream } from '../upstream/index.ts';

const missing = await whyNoZig();

let upstream: ScriptedUpstream;
let server: RunningKontor;
let files: Map<string, Buffer>;
let place: string;
beforeAll(async () => {
  upstream = await scriptedUpstream();
  const cwd = temporaryFolder('settings');
  const text = `registries:\n  zig:\n    upstreams:\n      - name: archives\n        url: ${upstream.url}open\n`;
  writeFileSync(join(cwd, 'kontor.yaml'), text);
  server = await startKontor({ cwd });
  place = `127.0.0.1:${upstream.port}/open`;
});
afterAll(() => upstream.close());
beforeEach(() => {
  upstream.requests.length = 0;
  files = new Map();
  upstream.script = (request, response) => {
    const body = files.get(request.url ?? '');
    answers(body ? 200 : 404, body ?? 'no')(request, response);
  };
});

/** Puts an archive at a path of the upstream; its hashes. */
async function offered(path: string, bytes: Buffer) {
  files.set(path, bytes);
  return readZigPackage({ size: bytes.length, open: () => Readable.from([bytes]) });
}

async function asked(hash: string, address: string, init?: RequestInit) {
  const response = await fetch(`${server.url}/zig/mirror/${hash}/${address}`, init);
  const body = Buffer.from(await response.arrayBuffer());
  const error = response.ok ? '' : (JSON.parse(body.toString()) as { error: string }).error;
  return { status: response.status, headers: response.headers, body, error };
}

/** A hash of nothing that there is. */
const wrong = (count: number) => `N-V-${String(count).repeat(44)}`;

test.skipIf(missing !== undefined)('[P-41] real compilers fetch through the mirror', async () => {
  const modern = await offered('/open/lib+1.tar.gz', await zigLibrary('lib', '1.0.0', 7));
  const url = `${server.url}/zig/mirror/${modern.hash}/${place}/lib+1.tar.gz`;
  expect(await fetchedHash(await zig016(), url)).toBe(modern.hash);
  const naked = await offered('/open/naked.tar.gz', await tarGz([{ name: 'n/a', content: 'x' }]));
  const old = `${server.url}/zig/mirror/${naked.legacyHash}/${place}/naked.tar.gz`;
  expect(await fetchedHash(await zig012(), old)).toBe(naked.legacyHash);
});

test('numbers of downloads do not say what was mirrored', async () => {
  const { hash } = await offered('/open/counted/x.tar.gz', await zigLibrary('counted', '1.0.0'));
  const address = `${place}/counted/x.tar.gz`;
  expect((await asked(hash, address)).status).toBe(200);
  // Counts are written in batches: an administrator sees when.
  const stats = () => kontor(['stats', '--registry', 'zig'], { env: { KONTOR_DATA: server.data } });
  const told = { stdout: expect.stringContaining(address) as string };
  await expect.poll(stats, { timeout: 60_000, interval: 1000 }).toMatchObject(told);
  const top = await fetch(`${server.url}/analytics/top?limit=100`);
  expect([top.status, await top.text()]).toEqual([200, expect.not.stringContaining('counted')]);
  const one = await fetch(`${server.url}/analytics/${encodeURIComponent(address)}`);
  expect([one.status, await one.text()]).toEqual([404, expect.not.stringContaining(hash)]);
});

test('what was mirrored is no package of the registry, and a block takes it back', async () => {
  const { hash } = await offered('/open/blocked/x.tar.gz', await zigLibrary('findable', '1.0.0'));
  expect((await asked(hash, `${place}/blocked/x.tar.gz`)).status).toBe(200);
  for (const path of ['search?q=findable', 'search?q=open', 'search?q=127.0.0.1']) {
    const found = await fetch(`${server.url}/zig/${path}`);
    expect(await found.text()).not.toContain('blocked');
  }
  expect((await fetch(`${server.url}/zig/hash/${hash}`)).status).toBe(404);
  const block = ['block', 'add', `${place}/blocked/*`, '--registry', 'zig', '--reason', 'It is bad.'];
  expect(await kontor(block, { env: { KONTOR_DATA: server.data } })).toMatchObject({ code: 0 });
  expect(await asked(hash, `${place}/Blocked/x.tar.gz`)).toMatchObject({ status: 403 });
  const refused = await asked(hash, `${place}/blocked/x.tar.gz`);
  expect([refused.status, refused.error]).toEqual([403, expect.stringContaining('It is bad.')]);
  expect(upstream.requests).toHaveLength(1);
});

describe('an archive of an upstream', () => {
  test('is fetched once, whatever its hash is written like, and served as it came', async () => {
    const bytes = await zigLibrary('one', '1.0.0');
    const { hash, legacyHash } = await offered('/open/a/one.tar.gz', bytes);
    const all = await Promise.all([1, 2, 3].map(() => asked(hash, `${place}/a/one.tar.gz`)));
    for (const { status, body, headers } of all) {
      expect([status, body.equals(bytes)]).toEqual([200, true]);
      expect(headers.get('content-type')).toBe('application/gzip');
      expect(headers.get('content-encoding')).toBeNull();
      expect(headers.get('content-disposition')).toContain(`attachment; filename="${hash}.tar.gz"`);
    }
    expect(upstream.requests).toHaveLength(1);
    files.clear();
    expect((await asked(hash, `${place}/a/one.tar.gz`)).body.equals(bytes)).toBe(true);
    expect((await asked(hash, `${place}/a/one.tar.gz`, { method: 'HEAD' })).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    files.set('/open/a/one.tar.gz', bytes);
    expect((await asked(legacyHash, `${place}/a/one.tar.gz`)).body.equals(bytes)).toBe(true);
    expect(upstream.requests).toHaveLength(2);
  });

  test('that has no root folder and no manifest is mirrored as well', async () => {
    const bytes = await tarGz([
      { name: 'x/1', content: '1\n' },
      { name: 'y/2', content: '2\n' },
    ]);
    const { hash } = await offered('/open/bare.tar.gz', bytes);
    expect((await asked(hash, `${place}/bare.tar.gz`)).body.equals(bytes)).toBe(true);
  });

  test('that is another one is refused with both hashes and not stored', async () => {
    const { hash } = await offered('/open/right.tar.gz', await zigLibrary('lib', '1.0.0', 1));
    const other = await offered('/open/wrong.tar.gz', await zigLibrary('lib', '1.0.0', 2));
    for (const expected of [hash, other.hash.replace('lib-1.0.0', 'lib-1.0.1')]) {
      const { status, error } = await asked(expected, `${place}/wrong.tar.gz`);
      expect(status).toBe(502);
      expect(error).toContain(`has the hash ${other.hash}, and not ${expected}`);
    }
    // Under the right hash it is not kept from anybody.
    expect((await asked(other.hash, `${place}/wrong.tar.gz`)).status).toBe(200);
  });

  test('is fetched once, however many ask for other content there, and they leave no errors in the log', async () => {
    await offered('/open/many.tar.gz', await zigLibrary('lib', '1.0.0', 3));
    const all = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((count) => asked(wrong(count), `${place}/many.tar.gz`)),
    );
    expect(all.map(({ status }) => status)).toEqual([502, 502, 502, 502, 502, 502]);
    all.forEach(({ error }, index) => expect(error).toContain(`and not ${wrong(index + 1)}`));
    expect((await asked(wrong(7), `${place}/many.tar.gz`)).status).toBe(502);
    expect(upstream.requests).toHaveLength(1);
    const told = () =>
      server
        .logs()
        .split('\n')
        .filter((line) => line.includes(`and not ${wrong(7)}`));
    // The log is written after the answer.
    await expect
      .poll(() => told().map((line) => (JSON.parse(line) as { level: number }).level))
      .toEqual([40]);
    expect(told()[0]).not.toContain('stack');
  });

  test('that nobody could use is not fetched again at once', async () => {
    files.set('/open/page.tar.gz', Buffer.from('<!doctype html>'));
    const both = [await asked(`N-V-${'A'.repeat(44)}`, `${place}/page.tar.gz`)];
    both.push(await asked(`N-V-${'B'.repeat(44)}`, `${place}/page.tar.gz`));
    expect(both.map(({ status }) => status)).toEqual([502, 502]);
    expect(both[1]?.error).toBe(both[0]?.error);
    expect(upstream.requests).toHaveLength(1);
  });

  test('may lie deep, and below an address that is an archive too', async () => {
    const deep = `${Array.from({ length: 440 }, () => 'd').join('/')}/deep.tar.gz`;
    const { hash } = await offered('/open/b/x.tar.gz', await zigLibrary('outer', '1.0.0'));
    const below = `b/x.tar.gz/${hash}/${hash}.tar.gz/y.tar.gz`;
    const inner = await offered(`/open/${below}`, await zigLibrary('inner', '1.0.0'));
    const third = await offered(`/open/${deep}`, await zigLibrary('deep', '1.0.0'));
    const statuses = [
      (await asked(hash, `${place}/b/x.tar.gz`)).status,
      (await asked(inner.hash, `${place}/${below}`)).status,
      (await asked(third.hash, `${place}/${deep}`)).status,
    ];
    expect(statuses).toEqual([200, 200, 200]);
  });

  test.each([
    ['page', Buffer.from('<!doctype html>'), 502, 'not gzip'],
    ['link', null, 502, 'a hard link'],
  ])('that is a %s is refused', async (kind, given, status, words) => {
    const link = [{ name: 'a/x', type: 'link' as const, to: 'a/y' }];
    files.set(`/open/odd/${kind}`, given ?? (await tarGz(link)));
    const answer = await asked(`N-V-${'A'.repeat(44)}`, `${place}/odd/${kind}`);
    expect([answer.status, answer.error]).toEqual([status, expect.stringContaining(words)]);
  });

  test('that is not there is not found, and an upstream that is busy says when to come again', async () => {
    const hash = `N-V-${'A'.repeat(44)}`;
    expect(await asked(hash, `${place}/none.tar.gz`)).toMatchObject({ status: 404 });
    upstream.script = answers(403, 'no');
    expect(await asked(hash, `${place}/none.tar.gz`)).toMatchObject({ status: 502 });
    upstream.script = retryLater(503, 1);
    const busy = await asked(hash, `${place}/none.tar.gz`);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('nobody is asked', () => {
  test.each([
    ['beside the prefix of the upstream', 'secret/x.tar.gz'],
    ['at what only begins like it', 'opened/x.tar.gz'],
    ['above it by dots', 'open/../secret/x.tar.gz'],
    ['above it by encoded dots', 'open/%2e%2e/secret/x.tar.gz'],
    ['above it by encoded slashes', 'open/..%2fsecret/x.tar.gz'],
  ])('%s', async (_, path) => {
    files.set('/secret/x.tar.gz', await zigLibrary('lib', '1.0.0'));
    const answer = await asked(`N-V-${'A'.repeat(44)}`, `127.0.0.1:${upstream.port}/${path}`);
    expect([400, 404]).toContain(answer.status);
    expect(upstream.requests).toHaveLength(0);
  });

  test.each([
    ['another host', 'example.com/open/x.tar.gz', 404, 'no upstream of this registry'],
    ['another port', '127.0.0.1:1/open/x.tar.gz', 404, 'no upstream of this registry'],
    ['what is no host', 'a..b@c/x.tar.gz', 400, 'Write the address'],
    ['a host alone', 'example.com', 400, 'Write the address'],
    ['a query', 'example.com/x.tar.gz?token=1', 400, 'leave the query out'],
  ])('at %s', async (_, address, status, words) => {
    const answer = await asked(`N-V-${'A'.repeat(44)}`, address);
    expect([answer.status, answer.error]).toEqual([status, expect.stringContaining(words)]);
    expect(upstream.requests).toHaveLength(0);
  });

  test.each([
    ['short', 'abc', 'short'],
    ['long', 'a'.repeat(111), 'long'],
    ['incomplete', 'a'.repeat(60), 'incomplete'],
  ])('for a hash that is %s', async (_, hash, words) => {
    const answer = await asked(hash, `${place}/x.tar.gz`);
    expect([answer.status, answer.error]).toEqual([400, expect.stringContaining(words)]);
    expect(upstream.requests).toHaveLength(0);
  });
});
