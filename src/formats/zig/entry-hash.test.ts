import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { FileHasher } from './entry-hash.ts';
import { filePrefix } from './hash.ts';

const path = 'src/caf\u00e9.zig';
/** Of a content that is just hashed in one go. */
const MOST = 64 * 1024 - filePrefix(path).length;

test.each([0, 1, MOST - 1, MOST, MOST + 1, 300_000])(
  'a file of %i bytes, in pieces, has the hash of its path and content',
  (size) => {
    const hasher = new FileHasher();
    for (const seed of [7, 11]) {
      const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * seed) % 251));
      let found = '';
      const sink = hasher.file(path, size, (digest) => (found = digest));
      for (let at = 0; at < size; at += 40_000) sink.write(content.subarray(at, at + 40_000));
      sink.end();
      const whole = createHash('sha256').update(filePrefix(path), 'latin1').update(content).digest('hex');
      expect(Buffer.from(found, 'latin1').toString('hex')).toBe(whole);
    }
  },
);

test.each([10, 100_000])('a content of %i bytes is kept where that is wanted', (size) => {
  const content = Buffer.alloc(size, 'x');
  let kept = Buffer.alloc(0);
  const sink = new FileHasher().file(path, size, (_, whole) => (kept = Buffer.from(whole)), true);
  sink.write(content);
  sink.end();
  expect(kept.equals(content)).toBe(true);
});
