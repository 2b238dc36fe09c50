import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { memoryBlobs } from '../storage/memory/index.ts';
import { HotBlobs } from './hot-blobs.ts';
import type { Blobs } from './ports/index.ts';

const KIB = 1024;

/** A store that holds `sizes` bytes under each key, and how often each was opened. */
async function stored(sizes: Record<string, number>): Promise<{ blobs: Blobs; opened: Map<string, number> }> {
  const blobs = memoryBlobs();
  for (const [key, size] of Object.entries(sizes)) {
    const staged = await blobs.stage();
    await staged.write(Buffer.alloc(size, key));
    await staged.finish();
    await staged.promote(key);
    await staged.discard();
  }
  const opened = new Map<string, number>();
  const open = blobs.open.bind(blobs);
  blobs.open = (key, range) => {
    opened.set(key, (opened.get(key) ?? 0) + 1);
    return open(key, range);
  };
  return { blobs, opened };
}

test('reads a small blob once, whoever asks while it is being read and afterwards', async () => {
  const { blobs, opened } = await stored({ 'a/b': 200 * KIB, 'a/empty': 0 });
  const hot = new HotBlobs(blobs);
  const [first, second] = await Promise.all([hot.read('a/b', 200 * KIB), hot.read('a/b', 200 * KIB)]);
  expect(first?.equals(Buffer.alloc(200 * KIB, 'a/b'))).toBe(true);
  expect(second).toBe(first);
  expect(await hot.read('a/b', 200 * KIB)).toBe(first);
  expect(opened.get('a/b')).toBe(1);
  expect(await hot.read('a/empty', 0)).toHaveLength(0);
});

test('leaves a large blob to be streamed', async () => {
  const { blobs, opened } = await stored({ 'a/large': 1025 * KIB });
  expect(new HotBlobs(blobs).read('a/large', 1025 * KIB)).toBeUndefined();
  expect(opened.size).toBe(0);
});

test('forgets what was not asked for longest when 64 MiB are full', async () => {
  const size = 256 * KIB;
  const keys = Array.from({ length: 300 }, (_, number) => `a/${number}`);
  const { blobs, opened } = await stored(Object.fromEntries(keys.map((key) => [key, size])));
  const hot = new HotBlobs(blobs);
  for (const key of keys) await hot.read(key, size);
  await hot.read('a/299', size);
  await hot.read('a/0', size);
  expect([opened.get('a/299'), opened.get('a/0')]).toEqual([1, 2]);
});

test('tries a blob anew that could not be read', async () => {
  const { blobs, opened } = await stored({ 'a/b': 10 });
  const hot = new HotBlobs(blobs);
  await expect(hot.read('a/c', 10)).rejects.toMatchObject({ code: 'not_found' });
  await expect(hot.read('a/c', 10)).rejects.toMatchObject({ code: 'not_found' });
  expect(opened.get('a/c')).toBe(2);
  await expect(hot.read('a/b', 11)).rejects.toMatchObject({ code: 'internal' });
  expect(await hot.read('a/b', 10)).toHaveLength(10);
});

test('rejects as the stream did that broke off', async () => {
  const { blobs } = await stored({});
  blobs.open = () =>
    Promise.resolve(
      new Readable({
        read() {
          this.destroy(new Error('disk gone'));
        },
      }),
    );
  await expect(new HotBlobs(blobs).read('a/b', 10)).rejects.toThrow('disk gone');
});
