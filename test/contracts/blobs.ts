import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex, type Digests } from '../../src/kernel/index.ts';
import type { Blobs, BlobInfo, StagedBlob } from '../../src/registry/index.ts';

const HOUR = 3_600_000;

interface OpenStore {
  blobs: Blobs;
  close(): Promise<void>;
}

/** What every blob store promises; see the `Blobs` port. `openStore` gives an empty store. */
export function blobsContract(name: string, openStore: () => Promise<OpenStore>): void {
  describe(`blobs: ${name}`, () => {
    let store: OpenStore;
    let blobs: Blobs;

    beforeEach(async () => {
      store = await openStore();
      blobs = store.blobs;
    });
    afterEach(() => store.close());

    async function stage(
      ...chunks: (string | Uint8Array)[]
    ): Promise<{ staged: StagedBlob; digests: Digests }> {
      const staged = await blobs.stage();
      for (const chunk of chunks) await staged.write(Buffer.from(chunk));
      return { staged, digests: await staged.finish() };
    }

    async function put(key: string, content: string | Uint8Array): Promise<boolean> {
      const { staged } = await stage(content);
      const promoted = await staged.promote(key);
      await staged.discard();
      return promoted;
    }

    async function read(key: string, start?: number, end?: number): Promise<string> {
      const range = start === undefined || end === undefined ? undefined : { start, end };
      return text(await blobs.open(key, range));
    }

    async function keys(): Promise<string[]> {
      return (await listed(blobs)).map((info) => info.key).toSorted();
    }

    describe('staging', () => {
      test('shows nothing of an upload before its promotion', async () => {
        const { staged } = await stage('bytes');
        expect(await keys()).toEqual([]);
        expect(await blobs.size('npm/demo/1.0.0/demo.tgz')).toBeUndefined();
        await staged.discard();
        expect(await keys()).toEqual([]);
      });

      test('gives the digests and the size of what was written', async () => {
        const { digests, staged } = await stage('one ', 'two ', '', 'three');
        expect(digests).toEqual({
          sha256: hash('sha256', 'one two three', 'hex'),
          sha1: hash('sha1', 'one two three', 'hex'),
          sha512: hash('sha512', 'one two three', 'base64'),
          size: 13,
        });
        await staged.discard();
      });

      test('reads staged bytes any number of times, also at once', async () => {
        const { staged } = await stage('again ', 'and again');
        const texts = await Promise.all([text(staged.open()), text(staged.open()), text(staged.open())]);
        expect(texts).toEqual(Array(3).fill('again and again'));
        await staged.discard();
      });

      test('keeps what was written when the writer uses its buffer again', async () => {
        const staged = await blobs.stage();
        const chunk = Buffer.from('first.');
        await staged.write(chunk);
        chunk.write('second');
        await staged.write(chunk);
        await staged.finish();
        expect(await text(staged.open())).toBe('first.second');
        await staged.discard();
      });

      test('refuses to write after the end, to end twice, and to promote what has not ended', async () => {
        const open = await blobs.stage();
        await open.write(Buffer.from('x'));
        await expect(open.promote('a/b')).rejects.toThrow('staged blob is');
        await open.discard();
        const { staged } = await stage('x');
        await expect(staged.write(Buffer.from('y'))).rejects.toThrow('staged blob is');
        await expect(staged.finish()).rejects.toThrow('staged blob is');
        await staged.discard();
        await expect(staged.promote('a/b')).rejects.toThrow('staged blob is');
        expect(await keys()).toEqual([]);
      });

      test('can be discarded at any time and more than once', async () => {
        const unwritten = await blobs.stage();
        await unwritten.discard();
        await unwritten.discard();
        const { staged } = await stage('x');
        await staged.discard();
        await staged.discard();
        expect(await keys()).toEqual([]);
      });

      test('keeps the object when the staged copy is discarded', async () => {
        const { staged } = await stage('kept');
        await staged.promote('a/b');
        await staged.discard();
        expect(await read('a/b')).toBe('kept');
      });

      test('can promote the same bytes to a second key', async () => {
        const { staged } = await stage('twice');
        expect(await staged.promote('a/first')).toBe(true);
        expect(await staged.promote('a/second')).toBe(true);
        await staged.discard();
        await blobs.remove('a/first');
        expect(await read('a/second')).toBe('twice');
      });
    });

    describe('following what is being written', () => {
      test('gives each byte once it is written, to early and late readers alike, and ends at the end', async () => {
        const staged = await blobs.stage();
        const early = text(staged.follow());
        await staged.write(Buffer.from('one '));
        await staged.write(Buffer.from('two '));
        const late = staged.follow();
        expect(String(await nextOf(late))).toMatch(/^one /);
        const rest = text(late);
        await staged.write(Buffer.from('three'));
        await staged.finish();
        const last = text(staged.follow());
        expect(await early).toBe('one two three');
        expect(`one two three`.endsWith(await rest)).toBe(true);
        expect(await last).toBe('one two three');
        await staged.discard();
      });

      test('reads on after promotion and discard', async () => {
        const { staged } = await stage('x'.repeat(100_000), 'y'.repeat(100_000));
        const begun = staged.follow();
        const first = await nextOf(begun);
        const untouched = staged.follow();
        await staged.promote('a/b');
        await staged.discard();
        expect(first.length + (await buffer(begun)).length).toBe(200_000);
        expect(await text(untouched)).toBe('x'.repeat(100_000) + 'y'.repeat(100_000));
        expect(() => staged.follow()).toThrow('staged blob is');
      });

      test('breaks off when the upload is given up before its end', async () => {
        const staged = await blobs.stage();
        await staged.write(Buffer.from('some'));
        const readers = Promise.allSettled([text(staged.follow()), text(staged.follow())]);
        const untouched = staged.follow().on('error', () => {});
        await staged.discard();
        const broken = { status: 'rejected', reason: { code: 'unavailable' } };
        expect(await readers).toMatchObject([broken, broken]);
        expect(untouched.destroyed).toBe(true);
      });

      test('is not held up by a reader that stands still or goes away', async () => {
        const staged = await blobs.stage();
        const still = staged.follow();
        const gone = staged.follow();
        const reading = text(staged.follow());
        await staged.write(Buffer.from('first '));
        await nextOf(gone);
        gone.destroy();
        for (let times = 0; times < 50; times += 1) await staged.write(Buffer.alloc(50_000, 'z'));
        await staged.finish();
        expect(await reading).toHaveLength(2_500_006);
        await staged.discard();
        expect(await text(still)).toHaveLength(2_500_006);
      });

      test('gives 20 readers the same bytes while odd chunks are written', async () => {
        const content = Buffer.alloc(700_001, 'The quick brown fox. ');
        const staged = await blobs.stage();
        const readers = Array.from({ length: 20 }, () => buffer(staged.follow()));
        for (let at = 0, length = 1; at < content.length; at += length, length = (length * 3) % 100_003)
          await staged.write(content.subarray(at, at + length));
        const { sha256 } = await staged.finish();
        await staged.discard();
        for (const bytes of await Promise.all(readers)) expect(sha256Hex(bytes)).toBe(sha256);
      });

      test('gives its readers chunks of their own', async () => {
        const { staged } = await stage('mine');
        (await nextOf(staged.follow())).fill('x');
        expect(await text(staged.follow())).toBe('mine');
        await staged.discard();
      });
    });

    describe('promotion', () => {
      test('never overwrites, whatever the key holds', async () => {
        expect(await put('a/b', 'first')).toBe(true);
        expect(await put('a/b', 'second')).toBe(false);
        expect(await put('a/b', 'first')).toBe(false);
        expect(await read('a/b')).toBe('first');
      });

      test('lets exactly one of 20 win a key at once, and keeps its bytes', async () => {
        const all = await Promise.all(Array.from({ length: 20 }, (_, i) => stage(`writer ${i}`)));
        const won = await Promise.all(all.map(({ staged }) => staged.promote('npm/demo/1.0.0/demo.tgz')));
        await Promise.all(all.map(({ staged }) => staged.discard()));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await read('npm/demo/1.0.0/demo.tgz')).toBe(`writer ${won.indexOf(true)}`);
      });

      test('lets 20 promote to different keys of one folder at once', async () => {
        const files = Array.from({ length: 20 }, (_, i) => `npm/demo/1.0.0/file-${i}`);
        expect(await Promise.all(files.map((key) => put(key, key)))).toEqual(Array(20).fill(true));
        expect(await keys()).toEqual(files.toSorted());
      });

      test('succeeds while neighbours in the folder are removed all the time', async () => {
        const rounds = 25;
        await Promise.all(
          ['x', 'y', 'z'].map(async (file) => {
            for (let round = 0; round < rounds; round++) {
              const key = `npm/demo/1.0.0/${file}-${round}`;
              expect(await put(key, key)).toBe(true);
              expect(await read(key)).toBe(key);
              await blobs.remove(key);
            }
          }),
        );
        expect(await keys()).toEqual([]);
      });

      test.each([
        '',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a/../b',
        'a/./b',
        '.hidden',
        'a/.b',
        'a\\b',
        'a b',
        'a\0b',
        'é',
        'x'.repeat(256),
      ])('refuses %j, which is no key', async (key) => {
        const { staged } = await stage('x');
        await expect(staged.promote(key)).rejects.toThrow(TypeError);
        await staged.discard();
        await expect(blobs.open(key)).rejects.toThrow(TypeError);
        await expect(blobs.size(key)).rejects.toThrow(TypeError);
        await expect(blobs.remove(key)).rejects.toThrow(TypeError);
      });

      test.each([
        ['every allowed character', 'npm/@a-z/~a.0_9+%2f@/-~%.x..'],
        ['long segments', ['a', 'b', 'c', 'd'].map((char) => char.repeat(255)).join('/')],
        ['many segments', 'a/'.repeat(30) + 'b'],
        ['one segment', 'lonely'],
      ])('stores under a key with %s', async (_, key) => {
        expect(await put(key, 'here')).toBe(true);
        expect(await read(key)).toBe('here');
        expect(await keys()).toEqual([key]);
        await blobs.remove(key);
        expect(await keys()).toEqual([]);
      });
    });

    describe('reading', () => {
      test('tells a missing object before the first byte', async () => {
        await put('a/b', 'x');
        for (const missing of ['a/c', 'b', 'a', 'a/b/c']) {
          await expect(blobs.open(missing)).rejects.toMatchObject({ code: 'not_found' });
          expect(await blobs.size(missing)).toBeUndefined();
        }
      });

      test('gives the bytes from the first to the last of a range, both included', async () => {
        await put('a/b', '0123456789');
        expect(await read('a/b', 0, 0)).toBe('0');
        expect(await read('a/b', 9, 9)).toBe('9');
        expect(await read('a/b', 3, 6)).toBe('3456');
        expect(await read('a/b', 0, 9)).toBe('0123456789');
      });

      test('clips a range at the end of the object', async () => {
        await put('a/b', '0123456789');
        expect(await read('a/b', 8, 500)).toBe('89');
        expect(await read('a/b', 10, 500)).toBe('');
        expect(await read('a/b', 700, 900)).toBe('');
      });

      test.each([
        [-1, 4],
        [4, 3],
        [0.5, 2],
        [0, Number.NaN],
      ])('refuses the range %d to %d', async (start, end) => {
        await put('a/b', '0123456789');
        await expect(blobs.open('a/b', { start, end })).rejects.toThrow(RangeError);
      });

      test('stores an empty object', async () => {
        const { staged, digests } = await stage();
        expect(digests).toMatchObject({ size: 0, sha256: sha256Hex('') });
        expect(await text(staged.open())).toBe('');
        await staged.promote('a/empty');
        await staged.discard();
        expect(await blobs.size('a/empty')).toBe(0);
        expect(await read('a/empty')).toBe('');
        expect(await read('a/empty', 0, 0)).toBe('');
      });

      test('stores 5 MB that come in odd chunks', async () => {
        const content = Buffer.alloc(5_000_003, 'The quick brown fox. ');
        const chunks: Buffer[] = [];
        for (let at = 0, length = 1; at < content.length; at += length, length = (length * 3) % 100_003)
          chunks.push(content.subarray(at, at + length));
        const { staged, digests } = await stage(...chunks);
        expect(digests).toMatchObject({ size: content.length, sha256: sha256Hex(content) });
        await staged.promote('a/large');
        await staged.discard();
        expect(await blobs.size('a/large')).toBe(content.length);
        expect(sha256Hex(await buffer(await blobs.open('a/large')))).toBe(digests.sha256);
      });

      test('goes on when the object is removed under a reader', async () => {
        const content = Buffer.alloc(1_000_000, 'x');
        await put('a/b', content);
        const stream = await blobs.open('a/b');
        await blobs.remove('a/b');
        expect((await buffer(stream)).equals(content)).toBe(true);
      });
    });

    describe('listing and removing', () => {
      test('lists exactly what was promoted, with sizes and times', async () => {
        const before = Date.now() - HOUR;
        await put('npm/a/1.0.0/a.tgz', 'a');
        await put('npm/@s/b/1.0.0/b.tgz', 'bb');
        await put('zig/c', 'ccc');
        const { staged } = await stage('not yet');
        const infos = (await listed(blobs)).toSorted((a, b) => a.size - b.size);
        await staged.discard();
        expect(infos.map(({ key, size }) => [key, size])).toEqual([
          ['npm/a/1.0.0/a.tgz', 1],
          ['npm/@s/b/1.0.0/b.tgz', 2],
          ['zig/c', 3],
        ]);
        for (const { changedAt } of infos) {
          expect(Number.isInteger(changedAt)).toBe(true);
          expect(changedAt).toBeGreaterThan(before);
        }
      });

      test('can be listed while what it lists is removed', async () => {
        const all = Array.from({ length: 50 }, (_, i) => `npm/p${i % 7}/${i}/f.tgz`);
        for (const key of all) await put(key, key);
        const seen: string[] = [];
        for await (const { key } of blobs.list()) {
          seen.push(key);
          await blobs.remove(key);
        }
        expect(seen.toSorted()).toEqual(all.toSorted());
        expect(await keys()).toEqual([]);
      });

      test('removes an object and no other', async () => {
        await put('a/b', 'gone');
        await put('a/c', 'stays');
        await blobs.remove('a/b');
        expect(await keys()).toEqual(['a/c']);
        await expect(blobs.open('a/b')).rejects.toMatchObject({ code: 'not_found' });
      });

      test('does not mind removing what is not there', async () => {
        await put('a/b', 'x');
        await blobs.remove('a/b');
        await blobs.remove('a/b');
        await blobs.remove('never/was/there');
        expect(await keys()).toEqual([]);
      });
    });

    describe('sweeping staged uploads', () => {
      test('spares the ones that were written to lately', async () => {
        const { staged } = await stage('young');
        expect(await blobs.sweepStaged(Date.now() - HOUR)).toBe(0);
        expect(await staged.promote('a/b')).toBe(true);
        await staged.discard();
        expect(await read('a/b')).toBe('young');
      });

      test('drops the old ones, whose promotion then fails and leaves nothing', async () => {
        const [one, two] = [await stage('old'), await stage('older')];
        expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(2);
        expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(0);
        await expect(one.staged.promote('a/b')).rejects.toMatchObject({ code: 'unavailable' });
        await one.staged.discard();
        await two.staged.discard();
        expect(await keys()).toEqual([]);
      });

      test('leaves promoted objects alone', async () => {
        const { staged } = await stage('kept');
        await staged.promote('a/b');
        await blobs.sweepStaged(Date.now() + HOUR);
        await staged.discard();
        expect(await read('a/b')).toBe('kept');
      });
    });
  });
}

async function text(stream: Readable): Promise<string> {
  return (await buffer(stream)).toString();
}

/** The next chunk; the stream stays open. */
async function nextOf(stream: Readable): Promise<Buffer> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return chunk as Buffer;
  throw new Error('The stream has ended.');
}

async function listed(blobs: Blobs): Promise<BlobInfo[]> {
  const infos: BlobInfo[] = [];
  for await (const info of blobs.list()) infos.push(info);
  return infos;
}
