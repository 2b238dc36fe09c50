import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { isFault } from '../../src/kernel/index.ts';
import type { Blobs } from '../../src/registry/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { packageTarball, packageUrl, publish, register } from '../setup/publish.ts';
import { s3Proxy } from '../setup/s3-proxy.ts';
import { bucketOptions, bucketVariables, openBucket, put } from '../setup/s3.ts';
import { startKontor } from '../setup/server.ts';

const noCeph = await whyNoCeph();
const MEBI = 1024 * 1024;

describe.skipIf(noCeph !== undefined)('a store that fails', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;

  /** A store that counts as down when it says nothing for a second. */
  async function impatient(): Promise<Blobs> {
    return openBucket(bucketOptions(gateway(), { patience: 1_000 }));
  }

  describe('stands still', () => {
    test('every request ends, and says that the store is down', async () => {
      const blobs = await impatient();
      await put(blobs, 'a/b', 'x');
      gateway().pause();
      try {
        const requests = [
          blobs.size('a/b'),
          blobs.open('a/b'),
          // Done after all once the store goes on, so of nothing.
          blobs.remove('a/none'),
          put(blobs, 'a/c', 'y'),
          put(blobs, 'a/d', randomBytes(6 * MEBI)),
          blobs.list()[Symbol.asyncIterator]().next(),
          blobs.sweepStaged(0),
        ];
        const ends = await Promise.allSettled(requests);
        expect(ends.map((end) => end.status === 'rejected' && isFault(end.reason, 'unavailable'))).toEqual(
          requests.map(() => true),
        );
      } finally {
        gateway().resume();
      }
      expect(await text(await blobs.open('a/b'))).toBe('x');
    });

    test('a download breaks off in the middle, and is whole when it is asked for again', async () => {
      const blobs = await impatient();
      const content = randomBytes(40 * MEBI);
      await put(blobs, 'a/b', content);
      const stream = await blobs.open('a/b');
      await once(stream, 'readable');
      gateway().pause();
      try {
        await expect(buffer(stream)).rejects.toMatchObject({ code: 'unavailable' });
      } finally {
        gateway().resume();
      }
      expect((await buffer(await blobs.open('a/b'))).equals(content)).toBe(true);
    });

    test('a reader that takes its time does not count as a store that stands still', async () => {
      const blobs = await openBucket(bucketOptions(gateway(), { patience: 200 }));
      const content = randomBytes(20 * MEBI);
      await put(blobs, 'a/b', content);
      const stream = await blobs.open('a/b');
      await once(stream, 'readable');
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect((await buffer(stream)).equals(content)).toBe(true);
    });

    test('readers that do not read keep the store from nobody, and are whole when they go on', async () => {
      const blobs = await openBucket(bucketOptions(gateway(), { connections: 2, patience: 1_000 }));
      const content = randomBytes(20 * MEBI);
      await put(blobs, 'a/b', content);
      const held = [await blobs.open('a/b'), await blobs.open('a/b', { start: 1, end: 15 * MEBI })];
      for (const stream of held) await once(stream, 'readable');
      expect(await blobs.size('a/b')).toBe(content.length);
      // Their connections are given up after a while.
      const third = await vi.waitFor(() => blobs.open('a/b'), { timeout: 20_000 });
      expect((await buffer(third)).equals(content)).toBe(true);
      const [whole, part] = await Promise.all(held.map((stream) => buffer(stream)));
      expect(whole?.equals(content)).toBe(true);
      expect(part?.equals(content.subarray(1, 15 * MEBI + 1))).toBe(true);
    });

    test('a reader that goes away takes the connection with it', async () => {
      const blobs = await impatient();
      await put(blobs, 'a/b', randomBytes(20 * MEBI));
      for (let times = 0; times < 30; times += 1) {
        const stream = await blobs.open('a/b');
        await once(stream, 'readable');
        stream.destroy();
        await once(stream, 'close');
      }
      expect(await blobs.size('a/b')).toBe(20 * MEBI);
    });
  });

  test('dies in the middle of an upload, which is nowhere to be seen and can be sent again', async () => {
    const proxy = await s3Proxy(gateway().port);
    const blobs = await openBucket(bucketOptions(gateway(), { endpoint: proxy.url, patience: 1_000 }));
    const content = randomBytes(30 * MEBI);
    let died: Promise<void> | undefined;
    proxy.tamper = ({ path }, body) => {
      if (path.includes('partNumber=3')) died ??= gateway().kill();
      return body;
    };
    await expect(put(blobs, 'a/b', content)).rejects.toMatchObject({ code: 'unavailable' });
    expect(died).toBeDefined();
    await died;
    await gateway().restart();
    proxy.tamper = (_, body) => body;
    expect(await blobs.size('a/b')).toBeUndefined();
    expect(await put(blobs, 'a/b', content)).toBe(true);
    expect((await buffer(await blobs.open('a/b'))).equals(content)).toBe(true);
  });

  test('is away while a server runs: it says 503, and what was acknowledged is there afterwards', async () => {
    const { bucket } = bucketOptions(gateway());
    const server = await startKontor({ env: bucketVariables(gateway(), bucket) });
    const token = await register(server, 'anna');
    // Too large to be answered from memory.
    const tarball = await packageTarball('kept', '1.0.0', { 'package/noise': randomBytes(3 * MEBI) });
    await publish(server, token, 'kept', '1.0.0', { tarball });
    const url = `${packageUrl(server, 'kept')}/-/kept-1.0.0.tgz`;
    await gateway().kill();
    try {
      expect((await fetch(url)).status).toBe(503);
      expect((await publish(server, token, 'later', '1.0.0')).status).toBe(503);
      expect((await fetch(packageUrl(server, 'kept'))).status).toBe(200);
    } finally {
      await gateway().restart();
    }
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(tarball)).toBe(true);
    expect((await publish(server, token, 'later', '1.0.0')).status).toBe(201);
    expect(readdirSync(join(server.data, 'spool'))).toEqual([]);
    expect(server.logs()).not.toContain(gateway().user.secretAccessKey);
  });

  function gateway(): CephGateway {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  }
});
