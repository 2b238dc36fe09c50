import { hash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  answers,
  corrupted,
  dead,
  dripping,
  first,
  impatient,
  recordingCatalogue,
  scriptedUpstream,
  shortened,
  truncated,
  upstreamClient,
  withHeaders,
  type RecordingCatalogue,
  type Script,
  type ScriptedUpstream,
} from '../../../test/upstream/index.ts';
import { Fault } from '../../kernel/index.ts';
import type { Admit, ArtifactTransfer, Blobs, RemoteRelease, StoredArtifact } from '../../registry/index.ts';
import { memoryBlobs } from '../../storage/memory/index.ts';
import type { UpstreamClient } from '../client.ts';
import { Turns } from '../lease.ts';
import { ArtifactPulls } from './index.ts';
import { npmRegistry as registry } from '../../../test/setup/rows.ts';

const large = randomBytes(1_000_000);
const small = randomBytes(20_000);
const noLeases = {
  acquire: () => Promise.reject(new Error('a lease was asked for')),
  release: () => Promise.resolve(),
};

let upstream: ScriptedUpstream;
let client: UpstreamClient;
let blobs: Blobs;
let store: RecordingCatalogue;
let pulls: ArtifactPulls;

beforeEach(async () => {
  upstream = await scriptedUpstream(whole(large));
  client = upstreamClient(upstream.url, {
    settings: { name: 'main', timeouts: { ...impatient, idle: 500 } },
  });
  blobs = memoryBlobs();
  store = recordingCatalogue();
  pulls = newPulls();
});
afterEach(async () => {
  await pulls.close();
  await client.close();
  await upstream.close();
});

function newPulls(): ArtifactPulls {
  return new ArtifactPulls({
    catalogue: store.catalogue,
    blobs,
    clock: () => 1_700_000_000_000,
    maxTarballBytes: 2_000_000,
    turns: new Turns({ leases: noLeases, clock: () => 0, shared: false }),
  });
}

/** Says how much comes, and sends it. */
function whole(bytes: Buffer): Script {
  return answers(200, bytes, { 'content-length': String(bytes.length) });
}

/** The first half at once, the rest when the test says so. */
function inHalves(bytes: Buffer, { length = true } = {}): { script: Script; goOn: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const script: Script = (_, response) => {
    response.writeHead(200, length ? { 'content-length': bytes.length } : {});
    response.write(bytes.subarray(0, bytes.length / 2));
    void promise.then(() => response.end(bytes.subarray(bytes.length / 2)));
  };
  return { script, goOn: resolve };
}

let admit: Admit;
beforeEach(() => {
  admit = () => Promise.resolve();
});

function pull(expected = large, version = '1.0.0'): Promise<StoredArtifact | ArtifactTransfer | undefined> {
  const release: RemoteRelease = {
    version,
    versionKey: version,
    url: `${upstream.url}demo-${version}.tgz`,
    integrity: `sha512-${hash('sha512', expected, 'base64')}`,
    shasum: null,
    time: 1_600_000_000_000,
    manifest: '{}',
    summary: '{}',
    facts: '{}',
  };
  return pulls.pull({ registry, name: 'demo', file: `demo-${version}.tgz` }, () =>
    Promise.resolve({ client, where: release, release: () => Promise.resolve(release), admit }),
  );
}

/** A transfer that can be read already. */
async function coming(expected = large): Promise<ArtifactTransfer> {
  const found = await pull(expected);
  if (!found || !('stored' in found)) throw new Error('It is stored already.');
  return found;
}

function opened(transfer: ArtifactTransfer): Readable {
  const bytes = transfer.open();
  if (!bytes) throw new Error('It is over.');
  return bytes;
}

/** What a reader gets before the stream ends or breaks. */
async function readAll(stream: Readable): Promise<{ bytes: Buffer; error?: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
  return { bytes: Buffer.concat(chunks) };
}

/** Resolves when so many bytes have been read; the stream stays open. */
async function readSome(stream: Readable, bytes: number): Promise<number> {
  let read = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    read += (chunk as Buffer).length;
    if (read >= bytes) break;
  }
  return read;
}

const keys = async () => (await Array.fromAsync(blobs.list())).map(({ key }) => key);

describe('while a file comes from an upstream', () => {
  test('it is read as far as it has come, by early and by late readers, with one request', async () => {
    const { script, goOn } = inHalves(large);
    upstream.script = script;
    const transfer = await coming();
    const early = opened(transfer);
    const half = large.length / 2;
    expect(await readSome(early, half)).toBe(half);
    const late = opened(await coming());
    expect(await readSome(late, half)).toBe(half);
    goOn();
    const rests = await Promise.all([early, late].map(readAll));
    for (const { bytes } of rests) expect(bytes.equals(large.subarray(half))).toBe(true);
    expect(await transfer.stored).toMatchObject({
      version: '1.0.0',
      size: large.length,
      upstreamTime: 1.6e12,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test('what may not go out any more by the time the whole is here is not given to its end, nor stored', async () => {
    const { script, goOn } = inHalves(large);
    upstream.script = script;
    const asked: unknown[] = [];
    admit = ({ version, time }) => {
      asked.push({ version, time });
      return Promise.reject(new Fault('version_hidden', 'It is blocked.'));
    };
    const transfer = await coming();
    const reader = opened(transfer);
    goOn();
    const { bytes, error } = await readAll(reader);
    expect(bytes.length).toBeLessThan(large.length);
    expect(error).toMatchObject({ code: 'version_hidden' });
    await expect(transfer.stored).rejects.toMatchObject({ code: 'version_hidden' });
    expect(asked).toEqual([{ version: '1.0.0', time: 1_600_000_000_000 }]);
    expect(store.published).toEqual([]);
    await expect.poll(keys).toEqual([]);
  });

  test.each([true, false])(
    'the last of it comes when it is committed (length promised: %s)',
    async (length) => {
      const { script, goOn } = inHalves(large, { length });
      upstream.script = script;
      const { promise, resolve: commit } = Promise.withResolvers<void>();
      const publishing = Promise.withResolvers<void>();
      const { publish } = store.catalogue;
      store.catalogue.publish = async (command) => {
        publishing.resolve();
        await promise;
        return publish(command);
      };
      const transfer = await coming();
      expect(transfer.size).toBe(length ? large.length : null);
      const reader = opened(transfer);
      let received = 0;
      reader.on('data', (chunk: Buffer) => (received += chunk.length));
      goOn();
      await publishing.promise;
      // Whatever can come has come.
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(received).toBeLessThan(large.length);
      expect(received).toBeGreaterThan(large.length / 2);
      commit();
      await transfer.stored;
      await new Promise((resolve) => reader.once('end', resolve));
      expect(received).toBe(large.length);
    },
  );

  test('a reader that stands still holds up neither the others nor the store', async () => {
    const transfer = await coming();
    const still = opened(transfer);
    expect((await readAll(opened(transfer))).bytes.equals(large)).toBe(true);
    await transfer.stored;
    expect((await readAll(still)).bytes.equals(large)).toBe(true);
  });

  test('it comes to its end though everybody who asked has gone', async () => {
    const { script, goOn } = inHalves(large);
    upstream.script = script;
    const transfer = await coming();
    for (const reader of [opened(transfer), opened(transfer)]) {
      await readSome(reader, 1);
      reader.destroy();
    }
    goOn();
    expect(await transfer.stored).toMatchObject({ size: large.length });
    expect(transfer.open()).toBeUndefined();
    const again = await pull();
    expect(again && 'stored' in again ? again.open() : undefined).toBeUndefined();
    expect(upstream.requests).toHaveLength(1);
  });

  /** Breaks off after the next so many bytes, whatever is asked for. */
  const inPieces =
    (piece: number, { ranges }: { ranges: boolean }): Script =>
    (request, response) => {
      const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
      const upTo = ranges ? from + piece : upstream.requests.length * piece;
      const headers = { etag: '"one"', 'content-length': large.length - from };
      if (from === 0) response.writeHead(200, headers);
      else {
        const range = `bytes ${from}-${large.length - 1}/${large.length}`;
        response.writeHead(206, { ...headers, 'content-range': range });
      }
      // All that was written arrives, and then nothing more.
      const isCut = upTo < large.length;
      response.write(large.subarray(from, upTo), () => isCut && request.socket.destroy());
    };

  test.each([true, false])(
    'what breaks off is continued, and nobody notices (ranges: %s)',
    async (ranges) => {
      upstream.script = inPieces(300_000, { ranges });
      const transfer = await coming();
      const [early, late] = [opened(transfer), opened(transfer)];
      for (const { bytes, error } of await Promise.all([readAll(early), readAll(late)])) {
        expect([error, bytes.equals(large)]).toEqual([undefined, true]);
      }
      await transfer.stored;
      const [asked, ...again] = upstream.requests.map(({ headers }) => headers);
      expect([asked?.range, asked?.['if-range']]).toEqual([undefined, undefined]);
      expect(again.map(({ range }) => range)).toEqual(['bytes=300000-', 'bytes=600000-', 'bytes=900000-']);
      expect(new Set(again.map((headers) => headers['if-range']))).toEqual(new Set(['"one"']));
    },
  );

  test('one that breaks off again and again is given up', async () => {
    upstream.script = inPieces(70_000, { ranges: true });
    const { error } = await readAll(opened(await coming()));
    expect(error).toMatchObject({
      code: 'upstream_down',
      message: expect.stringMatching(/^demo-1\.0\.0\.tgz did not come whole\..*broke/),
    });
    expect(upstream.requests).toHaveLength(6);
  });

  test.each<[string, Script]>([
    ['is longer than was promised', answers(200, Buffer.concat([large, large]))],
    ['is another one', whole(randomBytes(large.length))],
    ['begins elsewhere', answers(206, large, { 'content-range': 'bytes 0-999999/1000000' })],
    ['is not there', answers(404)],
    ['is not to be had', answers(503)],
  ])('what continues it and %s makes nobody believe that it is whole', async (_, script) => {
    upstream.script = first(1, truncated(whole(large)), script);
    const { bytes, error } = await readAll(opened(await coming()));
    expect(error).toBeInstanceOf(Fault);
    expect(bytes.length).toBeLessThan(large.length);
    expect([store.published.length, await keys(), await blobs.sweepStaged(Infinity)]).toEqual([0, [], 0]);
  });

  test('a small one is given when it is stored', async () => {
    upstream.script = whole(small);
    expect(await pull(small)).toMatchObject({ size: small.length, key: expect.any(String) });
  });

  test('one whose length nobody promised is given once it is more than a small one', async () => {
    upstream.script = dripping(answers(200, large), { bytes: 50_000, every: 1 });
    expect((await readAll(opened(await coming()))).bytes.equals(large)).toBe(true);
  });

  test('one that is said to be encoded and is the right one all the same is stored', async () => {
    upstream.script = withHeaders(whole(large), { 'content-encoding': 'gzip' });
    expect(await pull()).toMatchObject({ size: large.length, key: expect.any(String) });
  });

  test('a server that stops gives it up, tells its readers, and keeps nothing', async () => {
    upstream.script = inHalves(large).script;
    const transfer = await coming();
    const reading = readAll(opened(transfer));
    await pulls.close();
    expect(await reading).toMatchObject({ error: { code: 'unavailable' } });
    await expect(transfer.stored).rejects.toMatchObject({ code: 'unavailable' });
    expect([store.published.length, await keys(), await blobs.sweepStaged(Infinity)]).toEqual([0, [], 0]);
  });

  test('a server that stops waits for what is being committed', async () => {
    const { promise, resolve: commit } = Promise.withResolvers<void>();
    const publishing = Promise.withResolvers<void>();
    const { publish } = store.catalogue;
    store.catalogue.publish = async (command) => {
      publishing.resolve();
      await promise;
      return publish(command);
    };
    const transfer = await coming();
    await publishing.promise;
    const closing = pulls.close();
    commit();
    await closing;
    expect(store.published).toHaveLength(1);
    await transfer.stored;
  });
});

test('of a hundred files that nobody has only some are made ready at once, and all come', async () => {
  let staged = 0;
  let most = 0;
  const { stage } = blobs;
  blobs.stage = async () => {
    const blob = await stage.call(blobs);
    const { discard } = blob;
    most = Math.max(most, (staged += 1));
    blob.discard = () => {
      staged -= 1;
      return discard.call(blob);
    };
    return blob;
  };
  upstream.script = whole(small);
  const versions = Array.from({ length: 100 }, (_, index) => `1.0.${index}`);
  const found = await Promise.all(versions.map((version) => pull(small, version)));
  expect(found.every((artifact) => artifact && 'key' in artifact)).toBe(true);
  expect([upstream.requests.length, upstream.peak <= 16, most <= 24]).toEqual([100, true, true]);
});

describe('a file that does not come as promised', () => {
  /** Of all of these the headers and a part of the body look right. */
  test.each<[string, Script, string, RegExp]>([
    [
      'another one',
      corrupted(whole(large)),
      'upstream_failed',
      /expected sha512-.+, got sha512-.+not stored/,
    ],
    ['a short one', shortened(whole(large)), 'upstream_failed', /wrong demo-1\.0\.0\.tgz of demo/],
    ['cut', truncated(whole(large)), 'upstream_down', /connection broke/],
    [
      'cut, with no length',
      truncated(withHeaders(whole(large), { 'content-length': null })),
      'upstream_down',
      /broke/,
    ],
    ['stalling', truncated(whole(large), { end: 'stall' }), 'upstream_down', /stopped in the middle/],
    [
      'longer than it said',
      answers(200, Buffer.concat([large, Buffer.alloc(1_500_000)])),
      'upstream_failed',
      /larger than the 2000000 bytes/,
    ],
  ])(
    'because it is %s is broken off, never whole, and not kept; the next one may be right',
    async (_, script, code, message) => {
      onTestFinished(() => void (upstream.script = dead));
      upstream.script = script;
      const sent = message.source.startsWith('larger') ? 2_500_000 : 0;
      const transfer = await coming();
      const [one, two] = await Promise.all([readAll(opened(transfer)), readAll(opened(transfer))]);
      for (const { bytes, error } of [one, two]) {
        expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
        expect(bytes.length).toBeLessThan(Math.max(large.length, sent));
      }
      await expect(transfer.stored).rejects.toMatchObject({ code });
      expect(() => transfer.open()).toThrow(Fault);
      expect([store.published.length, await keys(), await blobs.sweepStaged(Infinity)]).toEqual([0, [], 0]);

      upstream.script = whole(large);
      const again = await coming();
      expect((await buffer(opened(again))).equals(large)).toBe(true);
      expect(store.published).toHaveLength(1);
    },
  );

  /** Of these nobody has been answered when it is found out: the refusal has a status of its own. */
  test.each<[string, Script, string, RegExp]>([
    ['a small other one', corrupted(whole(small)), 'upstream_failed', /expected sha512/],
    ['a small one cut short', truncated(whole(small)), 'upstream_down', /connection broke/],
    [
      'a web page',
      answers(200, Buffer.alloc(300_000, '<p>Log in.'), { 'content-type': 'text/html; charset=utf-8' }),
      'upstream_failed',
      /it is a web page: perhaps one has to log in/,
    ],
    [
      'encoded',
      withHeaders(corrupted(whole(large)), { 'content-encoding': 'gzip' }),
      'upstream_failed',
      /encoding "gzip", which was not asked for/,
    ],
    [
      'too large',
      withHeaders(whole(large), { 'content-length': '2000001' }),
      'upstream_failed',
      /larger than/,
    ],
    ['refused', answers(403), 'upstream_failed', /credentials/],
    ['not now', answers(503), 'upstream_down', /status 503/],
    ['moved without a word', answers(204), 'upstream_failed', /status 204/],
    ['dead', dead, 'upstream_down', /connection broke/],
  ])('because it is %s is refused with a sentence', async (_, script, code, message) => {
    upstream.script = script;
    await expect(pull(small)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect([store.published.length, await keys(), await blobs.sweepStaged(Infinity)]).toEqual([0, [], 0]);
  });

  test.each([404, 410])('because it is not there (%i) is nowhere', async (status) => {
    upstream.script = answers(status);
    expect(await pull()).toBeUndefined();
  });
});

describe('a name that is published here while its file comes', () => {
  test('keeps its own: the readers are broken off, and nothing is stored', async () => {
    const { script, goOn } = inHalves(large);
    upstream.script = script;
    store.catalogue.publish = () => Promise.reject(new Fault('conflict', 'demo is owned here.'));
    const transfer = await coming();
    const reading = readAll(opened(transfer));
    goOn();
    const { bytes, error } = await reading;
    expect(error).toMatchObject({ code: 'conflict' });
    expect(bytes.length).toBeLessThan(large.length);
    expect(await keys()).toEqual([]);
  });

  test('a small file is refused as a conflict', async () => {
    upstream.script = whole(small);
    store.catalogue.publish = () => Promise.reject(new Fault('conflict', 'demo is owned here.'));
    await expect(pull(small)).rejects.toMatchObject({ code: 'conflict' });
  });
});
