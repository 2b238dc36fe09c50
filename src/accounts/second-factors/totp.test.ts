import { Secret } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { newTotpSecret, readTotpCode, stepOf } from './totp.ts';

/** RFC 6238 appendix B for SHA-1, in six of its eight digits. */
const secret = Secret.fromUTF8('12345678901234567890').base32;
const vectors = [
  { seconds: 59, code: '287082', step: 0x1 },
  { seconds: 1_111_111_109, code: '081804', step: 0x23523ec },
  { seconds: 1_111_111_111, code: '050471', step: 0x23523ed },
  { seconds: 1_234_567_890, code: '005924', step: 0x273ef07 },
  { seconds: 2_000_000_000, code: '279037', step: 0x3f940aa },
  { seconds: 20_000_000_000, code: '353130', step: 0x27bc86aa },
];

describe('a code', () => {
  test.each(vectors)('at $seconds s is $code (RFC 6238 appendix B)', ({ seconds, code, step }) => {
    expect(stepOf(secret, code, seconds * 1000)).toBe(step);
  });

  test('of the neighbouring step is told as that step', () => {
    expect(stepOf(secret, '081804', 1_111_111_111_000)).toBe(0x23523ec);
    expect(stepOf(secret, '050471', 1_111_111_109_000)).toBe(0x23523ed);
    expect(stepOf(secret, '081804', 1_111_111_140_000)).toBeUndefined();
  });

  test.each([
    ['123 456', '123456'],
    ['123-456', '123456'],
    ['000000', '000000'],
    ['12345', undefined],
    ['1234567', undefined],
    ['12345a', undefined],
    ['１２３４５６', undefined],
    ['123456\n', undefined],
    ['', undefined],
  ])('is read from %j as %j', (typed, code) => {
    expect(readTotpCode(typed)).toBe(code);
  });
});

test('secrets differ', () => {
  expect(newTotpSecret()).not.toBe(newTotpSecret());
});
