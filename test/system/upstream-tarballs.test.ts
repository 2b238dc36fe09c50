import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { RawConnection } from '../setup/raw.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  corrupted,
  scriptedPackage,
  scriptedUpstream,
  serves,
  tarballs,
  truncated,
  withHeaders,
  type Script,
  type ScriptedPackage,
  type ScriptedUpstream,
} from '../upstream/index.ts';

/** Of the test's own package. */
let file: string;
let bytes: Buffer;

let upstream: ScriptedUpstream;
let demo: ScriptedPackage;
let count = 0;
beforeAll(async () => {
  upstream = await scriptedUpstream();
});
beforeEach(() => {
  count += 1;
  bytes = randomBytes(600_000);
  const name = `demo-${count}`;
  file = `/npm/${name}/-/${name}-1.0.0.tgz`;
  demo = scriptedPackage(name, ['1.0.0'], upstream.url, { bytes: () => bytes });
  upstream.script = serves(demo);
  upstream.requests.length = 0;
});
afterAll(() => upstream.close());

const asked = () => upstream.count(/\.tgz$/);

/** Serves tarballs in another way. */
function tarballsBy(change: (script: Script) => Script): void {
  upstream.script = tarballs(change(serves(demo)), serves(demo));
}

/** Lets half of each tarball through, and the rest when the gate is opened. */
function gate(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const half = bytes.length / 2;
  tarballsBy(() => (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, half));
    void promise.then(() => response.end(bytes.subarray(half)));
  });
  onTestFinished(() => resolve());
  return resolve;
}

async function download(server: RunningKontor, headers: Record<string, string> = {}): Promise<Buffer> {
  const response = await fetch(server.url + file, { headers });
  return Buffer.from(await response.bytes());
}

/** What comes of a request: its status, how many bytes, and whether they are all. */
async function outcome(server: RunningKontor): Promise<{ status: number; received: number; whole: boolean }> {
  const response = await fetch(server.url + file);
  let received = 0;
  try {
    for await (const chunk of response.body ?? []) received += chunk.length;
    return { status: response.status, received, whole: true };
  } catch {
    return { status: response.status, received, whole: false };
  }
}

/** Begins a download, and gives its reader once the first bytes have come. */
async function begin(server: RunningKontor): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(server.url + file);
  const reader = body?.getReader();
  if (!reader) throw new Error('The answer has no body.');
  await reader.read();
  return reader;
}

/** Waits as HEAD does: until the file is stored. */
async function stored(server: RunningKontor): Promise<void> {
  expect((await fetch(server.url + file, { method: 'HEAD' })).status).toBe(200);
}

async function verified(data: string, env: Record<string, string> = {}): Promise<unknown> {
  const { stdout } = await kontor(['verify', '--json'], { env: { KONTOR_DATA: data, ...env } });
  return JSON.parse(stdout);
}

interface World {
  servers: RunningKontor[];
  env: Record<string, string>;
}

const worlds: [string, boolean, () => Promise<World>][] = [
  [
    'one server on SQLite',
    false,
    async () => {
      const env = { KONTOR_NPM_UPSTREAM: upstream.url };
      return { servers: [await startKontor({ env })], env };
    },
  ],
  [
    'two servers on PostgreSQL',
    !hasPostgres(),
    async () => {
      const database: FreshDatabase = await freshDatabase();
      const data = join(temporaryFolder('shared'), 'data');
      const env = { KONTOR_NPM_UPSTREAM: upstream.url, KONTOR_DATABASE: database.url };
      const servers = [await startKontor({ env, data }), await startKontor({ env, data })];
      onTestFinished(async () => {
        await Promise.all(servers.map((server) => server.kill9()));
        await database.drop();
      });
      return { servers, env };
    },
  ],
];

describe.each(worlds)('%s', (_, isMissing, start) => {
  test.skipIf(isMissing)(
    '200 clients of a cold tarball cause one request, and each gets it whole',
    async () => {
      const { servers, env } = await start();
      const goOn = gate();
      const downloads = servers.flatMap((server) =>
        Array.from({ length: 200 / servers.length }, () => download(server)),
      );
      await upstream.arrived(2);
      await sleep(200);
      goOn();
      for (const received of await Promise.all(downloads)) expect(received.equals(bytes)).toBe(true);
      expect(asked()).toBe(1);
      expect(await verified(servers[0]?.data ?? '', env)).toMatchObject({
        clean: true,
        blobs: 1,
        orphans: 0,
      });
    },
  );

  test.skipIf(isMissing)('clients that hang up leave the tarball for those who come after them', async () => {
    const { servers } = await start();
    const goOn = gate();
    const [server] = servers;
    if (!server) return;
    const readers = await Promise.all([begin(server), begin(server)]);
    await Promise.all(readers.map((reader) => reader.cancel()));
    goOn();
    await stored(server);
    upstream.script = tarballs((__, response) => response.destroy(), serves(demo));
    for (const each of servers) expect((await download(each)).equals(bytes)).toBe(true);
    expect(asked()).toBe(1);
  });
});

describe('a cold tarball', () => {
  let server: RunningKontor;
  beforeAll(async () => {
    server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  });
  /** Neither the file nor a part of it. */
  const keepsNothing = async () => {
    expect(existsSync(join(server.data, 'blobs', dirname(dirname(file))))).toBe(false);
    await expect.poll(() => readdirSync(join(server.data, 'blobs/.staging'))).toEqual([]);
  };

  test('is read while it comes; one who reads slowly is no hindrance to the others', async () => {
    const goOn = gate();
    const slow = await begin(server);
    goOn();
    expect((await download(server)).equals(bytes)).toBe(true);
    let rest = 0;
    for (;;) {
      const { value } = await slow.read();
      if (!value) break;
      rest += value.length;
    }
    expect(rest).toBeGreaterThan(0);
    expect(asked()).toBe(1);
  });

  test.each([
    ['blocked', 'block', 'add'],
    ['claimed', 'registry', 'claim'],
  ])('that is %s while it comes is broken off before its end, and not kept', async (_, ...command) => {
    const goOn = gate();
    const reader = await begin(server);
    const { code } = await kontor([...command, `demo-${count}`, '--reason', 'it is evil'], {
      env: { KONTOR_DATA: server.data },
    });
    expect(code).toBe(0);
    goOn();
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow('terminated');
    await keepsNothing();
  });

  test('says how long it is, and not what nobody knows yet', async () => {
    const goOn = gate();
    const { headers, body } = await fetch(server.url + file);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-length': String(bytes.length),
      'content-type': 'application/octet-stream',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(headers.get('etag')).toBeNull();
    goOn();
    await body?.cancel();
    await stored(server);
    const warm = await fetch(server.url + file, { method: 'HEAD' });
    expect(warm.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    expect(warm.headers.get('cache-control')).toMatch(/^public, /);
  });

  test('is described by HEAD and given in parts when it is stored', async () => {
    const [head, part, both] = await Promise.all([
      fetch(server.url + file, { method: 'HEAD' }),
      fetch(server.url + file, { headers: { range: 'bytes=100-199' } }),
      download(server),
    ]);
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect(head.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
    expect(Buffer.from(await part.bytes()).equals(bytes.subarray(100, 200))).toBe(true);
    expect(both.equals(bytes)).toBe(true);
    expect(asked()).toBe(1);
  });

  test('whose length nobody promised is whole for a client that could not tell a broken one', async () => {
    tarballsBy((script) => withHeaders(script, { 'content-length': null }));
    const connection = await RawConnection.to(server);
    connection.write(`GET ${file} HTTP/1.0\r\n\r\n`);
    const answer = await connection.answer();
    connection.hangUp();
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  test.each<[string, (script: Script) => Script]>([
    ['another one', corrupted],
    ['cut', truncated],
    [
      'cut, and nobody promised its length',
      (script) => truncated(withHeaders(script, { 'content-length': null })),
    ],
  ])('that is %s reaches nobody as whole, and the next request may have it', async (_, change) => {
    tarballsBy(change);
    for (const { received, whole } of await Promise.all([outcome(server), outcome(server)])) {
      expect(whole).toBe(false);
      expect(received).toBeLessThan(bytes.length);
    }
    await keepsNothing();
    upstream.script = serves(demo);
    expect((await download(server)).equals(bytes)).toBe(true);
  });

  test('that is not to be had has a status and a sentence', async () => {
    for (const [status, expected] of [
      [404, 404],
      [403, 502],
      [500, 503],
    ]) {
      tarballsBy(() => (_, response) => response.writeHead(status ?? 0).end());
      const answer = await fetch(server.url + file);
      expect([status, answer.status]).toEqual([status, expected]);
      expect(await answer.json()).toMatchObject({ error: expect.any(String) });
    }
  });
});

describe('a cold tarball on its way', () => {
  let server: RunningKontor;
  beforeEach(async () => {
    server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  });

  test('to a server that is killed half-way leaves nothing to be seen, and comes again', async () => {
    gate();
    const reader = await begin(server);
    await server.kill9();
    await reader.cancel().catch(() => undefined);
    expect(await verified(server.data)).toMatchObject({ clean: true, blobs: 0, orphans: 0 });
    upstream.script = serves(demo);
    const again = await startKontor({ data: server.data, env: { KONTOR_NPM_UPSTREAM: upstream.url } });
    expect((await download(again)).equals(bytes)).toBe(true);
    expect(asked()).toBe(2);
  });

  test('through a server that was told to stop is given to its end', async () => {
    const goOn = gate();
    const reading = outcome(server);
    await upstream.arrived(2);
    await sleep(100);
    const stopping = server.stop();
    await sleep(100);
    goOn();
    expect(await reading).toEqual({ status: 200, received: bytes.length, whole: true });
    expect(await stopping).toBe(0);
  });

  test('to nobody does not keep a server from stopping', async () => {
    gate();
    await (await begin(server)).cancel();
    expect(await server.stop()).toBe(0);
    expect(await verified(server.data)).toMatchObject({ clean: true, blobs: 0, orphans: 0 });
  });
});

test.skipIf(!hasPostgres())('a replica that dies half-way is followed by the other one', async () => {
  const [, , start] = worlds[1] ?? [];
  const { servers } = (await start?.()) ?? { servers: [] };
  const [first, second] = servers;
  if (!first || !second) throw new Error('There are no two servers.');
  gate();
  const reader = await begin(first);
  const waiting = download(second);
  await sleep(300);
  expect(asked()).toBe(1);
  upstream.script = serves(demo);
  await first.kill9();
  await reader.cancel().catch(() => undefined);
  expect((await waiting).equals(bytes)).toBe(true);
  expect(asked()).toBe(2);
});
