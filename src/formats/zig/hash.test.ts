import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { hashProblem, modernHash } from './hash.ts';
import { isLegacyHash, parseZigHash } from './index.ts';

test.each([
  ['', 'short'],
  ['demo-1.0.0-abc', 'short'],
  ['a'.repeat(111), 'long'],
  ['a'.repeat(50), 'incomplete'],
  [`demo-${'A'.repeat(44)}`, 'incomplete'],
  // Without the leading 1220 it is another digest; capitals are none of Zig's.
  [`1220${'A'.repeat(64)}`, 'incomplete'],
])('%j is %s', (text, problem) => {
  expect(hashProblem(text)).toBe(problem);
  expect(() => parseZigHash(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  expect(() => parseZigHash(text)).toThrow(problem);
});

test.each([
  ['no name', `--${'A'.repeat(44)}`],
  ['no version', `demo--${'A'.repeat(44)}`],
  ['letters of no base64', `demo-1.0.0-${'+'.repeat(44)}`],
])('a hash with %s is refused', (_, text) => {
  expect(() => parseZigHash(text)).toThrow('incomplete');
});

test('a legacy hash gives its digest', () => {
  const text = '1220138f4aba0c01e66b68ed9e1e1e74614c06e4743d88bc58af4f1c3dd0aae5fea7';
  expect(parseZigHash(text)).toEqual({ form: 'legacy', digest: text.slice(4) });
});

test('what a hash is made of is read from it again', () => {
  const name = fc.stringMatching(/^[a-z_]\w{0,31}$/);
  const version = fc.stringMatching(/^\d\.\d\.\d(-[a-z0-9-]{1,10})?(\+[a-z0-9-]{1,10})?$/);
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      name,
      version,
      digests,
      fc.nat(),
      fc.bigInt(0n, 2n ** 64n - 1n),
      (label, number, bytes, size, print) => {
        const digest = Buffer.from(bytes);
        const text = modernHash(digest, size, { name: label, version: number, fingerprint: print });
        expect(hashProblem(text)).toBeUndefined();
        expect(isLegacyHash(text)).toBe(false);
        expect(parseZigHash(text)).toEqual({
          form: 'modern',
          name: label,
          version: number,
          id: Number(print & 0xffff_ffffn),
          size,
          digestStart: digest.toString('hex', 0, 25),
        });
      },
    ),
  );
});

test('a size beyond 32 bits is written as the largest one', () => {
  const manifest = { name: 'demo', version: '1.0.0', fingerprint: null };
  const text = modernHash(Buffer.alloc(32), 5_000_000_000, manifest);
  expect(parseZigHash(text)).toMatchObject({ size: 0xffff_ffff, id: 0 });
});

test('any text is a hash or refused', () => {
  const ends = new Set<string>();
  const text = fc.oneof(
    fc.string({ maxLength: 120 }),
    fc.stringMatching(/^[a-z1.-]{0,20}-[\w-]{44}$/),
    fc.stringMatching(/^1220[0-9a-f]{64}$/),
  );
  fc.assert(
    fc.property(text, (value) => {
      try {
        ends.add(parseZigHash(value).form);
      } catch (error) {
        if (!isFault(error, 'bad_request')) throw error;
        ends.add('refused');
      }
    }),
    { numRuns: 2000 },
  );
  expect([...ends].toSorted()).toEqual(['legacy', 'modern', 'refused']);
});
