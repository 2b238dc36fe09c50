import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Blobs } from '../../src/registry/index.ts';
import { fileMarker, openFileBlobs } from '../../src/storage/files/index.ts';
import { reachBucket, S3Storage } from '../../src/storage/s3/index.ts';
import type { StoreMarker } from '../../src/storage/store-marker.ts';
import { startCeph, whyNoCeph } from '../setup/ceph.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { s3Proxy } from '../setup/s3-proxy.ts';
import { bucketOptions, put } from '../setup/s3.ts';

interface Marked {
  /** Two processes' ways to one marker. */
  markers: [StoreMarker, StoreMarker];
  /** Before the place is made. */
  open(): Promise<Blobs>;
  /** Puts something else where the marker is. */
  overwrite(content: string): Promise<unknown>;
}

function markerContract(kind: string, begin: () => Promise<Marked>): void {
  describe(`the marker of a store, ${kind}`, () => {
    test('is not there before it is written, nor is its place', async () => {
      const { markers, open } = await begin();
      expect(await markers[0].read()).toBeUndefined();
      await open();
      expect(await markers[0].read()).toBeUndefined();
    });

    test('holds what was written first, for all who read it', async () => {
      const { markers, open } = await begin();
      await open();
      expect(await markers[0].write('one')).toBe(true);
      expect(await markers[1].write('two')).toBe(false);
      expect(await markers[0].write('one')).toBe(false);
      expect(await Promise.all(markers.map((marker) => marker.read()))).toEqual(['one', 'one']);
    });

    test('of all who write at once exactly one succeeds', async () => {
      const { markers, open } = await begin();
      await open();
      const ids = Array.from({ length: 10 }, (_, index) => `store-${index}`);
      const won = await Promise.all(ids.map((id, index) => markers[index % 2 === 0 ? 0 : 1].write(id)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await markers[0].read()).toBe(ids[won.indexOf(true)]);
    });

    test('is no blob, and no leftover', async () => {
      const { markers, open } = await begin();
      const blobs = await open();
      await put(blobs, 'npm/demo/1.0.0/demo.tgz', 'x');
      await markers[0].write('one');
      expect((await Array.fromAsync(blobs.list())).map(({ key }) => key)).toEqual([
        'npm/demo/1.0.0/demo.tgz',
      ]);
      expect(await blobs.sweepStaged(Date.now() + 3_600_000)).toBe(0);
      expect(await markers[0].read()).toBe('one');
    });

    test('may hold anything, which is what it reads', async () => {
      const { markers, open, overwrite } = await begin();
      await open();
      for (const content of ['', 'what\never\n']) {
        await overwrite(content);
        expect(await markers[0].read()).toBe(content.trim());
        expect(await markers[0].write('one')).toBe(false);
      }
    });
  });
}

markerContract('in a folder', async () => {
  const root = join(temporaryFolder('marked'), 'blobs');
  return {
    markers: [fileMarker(root), fileMarker(root)],
    open: () => openFileBlobs(root),
    overwrite: async (content) => writeFileSync(join(root, '.store'), content),
  };
});

test('of processes that mark a folder at once exactly one succeeds, and leaves only the marker', async () => {
  const root = temporaryFolder('marked');
  mkdirSync(join(root, '.staging'));
  const script = `
    const { fileMarker } = await import(${JSON.stringify(new URL('../../src/storage/files/index.ts', import.meta.url).href)});
    console.log(await fileMarker(${JSON.stringify(root)}).write(String(process.pid)) ? process.pid : '');`;
  const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const said = await Promise.all([start(), start(), start()]);
  const winners = said.map(({ stdout }) => stdout.trim()).filter((line) => line !== '');
  expect(winners).toEqual([readFileSync(join(root, '.store'), 'utf8').trim()]);
  expect(readdirSync(join(root, '.staging'))).toEqual([]);
});

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('through a real S3 gateway', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;
  const gateway = () => {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  };

  markerContract('in a bucket', async () => {
    const options = bucketOptions(gateway(), { prefix: 'some/place/' });
    const [one, two] = [await reachBucket(options), await reachBucket(options)];
    const objects = new S3Storage(options.bucket, {
      endpoint: gateway().endpoint,
      credentials: gateway().user,
    });
    return {
      markers: [one.marker, two.marker],
      open: () => one.open({ probed: false }),
      overwrite: (content) => objects.upload('some/place/.kontor/store', content),
    };
  });

  test('one that this store wrote, though the answer was lost, is there and this store’s', async () => {
    const proxy = await s3Proxy(gateway().port);
    const options = bucketOptions(gateway(), { endpoint: proxy.url });
    const { marker, open } = await reachBucket(options);
    await open({ probed: false });
    let writes = 0;
    proxy.losesAnswer = ({ method, path }) =>
      method === 'PUT' && path.includes('.kontor/store') && (writes += 1) === 1;
    expect(await marker.write('one')).toBe(false);
    expect(await marker.read()).toBe('one');
    expect(writes).toBeGreaterThan(1);
  });

  test('a key that may not read it, or write it, is refused with a sentence', async () => {
    const proxy = await s3Proxy(gateway().port);
    const { marker, open } = await reachBucket(bucketOptions(gateway(), { endpoint: proxy.url }));
    await open({ probed: false });
    proxy.instead = () => ({ status: 403, code: 'AccessDenied' });
    for (const [tried, right] of [
      [marker.read(), 'read'],
      [marker.write('one'), 'write'],
    ] as const) {
      await expect(tried).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining(`the key may not ${right} objects`) as string,
      });
    }
  });
});
