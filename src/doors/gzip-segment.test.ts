import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { assert, asyncProperty, array, string } from 'fast-check';
import { expect, test } from 'vitest';
import { joinSegments, makeSegment } from './gzip-segment.ts';

const join = async (texts: string[]) => joinSegments(await Promise.all(texts.map(makeSegment)));

test('segments that were compressed apart are one gzip stream of their texts', async () => {
  await assert(
    asyncProperty(array(string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 12 }), async (texts) => {
      // A wrong checksum or length fails the decoder.
      expect(gunzipSync((await join(texts)).gzip).toString()).toBe(texts.join(''));
    }),
    { numRuns: 1_000 },
  );
});

test.each([0, 1, 511, 512, 513, 4095, 4096, 4097, 70_000])(
  'a text of %i bytes comes out as it went in, wherever it stands',
  async (length) => {
    const text = Array.from({ length }, (_, at) => (at * 7919) % 10).join('');
    for (const texts of [[text], ['a', text, 'b'], [text, text]]) {
      expect(gunzipSync((await join(texts)).gzip).toString()).toBe(texts.join(''));
    }
  },
);

test('a decoder that reads one member and checks it takes the whole', async () => {
  const texts = [`{"a":${'1'.repeat(100_000)}`, ',"b":2', '}'];
  const { gzip } = await join(texts);
  expect(execFileSync('gzip', ['-dc'], { input: gzip, maxBuffer: 10 ** 6 }).toString()).toBe(texts.join(''));
});

test('the same texts in the same pieces have the same identity, others another', async () => {
  expect((await join(['a', 'b'])).etag).toBe((await join(['a', 'b'])).etag);
  expect((await join(['a', 'b'])).etag).not.toBe((await join(['b', 'a'])).etag);
});
