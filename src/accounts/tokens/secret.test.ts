import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashToken, looksLikeToken, newToken, newUserToken, tokenPrefix } from './secret.ts';

describe('tokens', () => {
  test('a new token begins with ktr_, has 36 more characters and passes its own checksum', () => {
    for (let i = 0; i < 200; i++) {
      const token = newToken();
      expect(token).toMatch(/^ktr_[0-9A-Za-z]{36}$/);
      expect(looksLikeToken(token)).toBe(true);
    }
  });

  test('[V-64] a token of the Vais shape is vais_ and 64 hexadecimal digits, and lists show six of them', () => {
    const token = newUserToken('vais');
    expect(token).toMatch(/^vais_[0-9a-f]{64}$/);
    expect(looksLikeToken(token)).toBe(true);
    expect(tokenPrefix(token)).toBe(token.slice(0, 11));
    for (const other of [`${token}0`, token.slice(0, -1), token.toUpperCase(), `${token}\n`, ` ${token}`]) {
      expect(looksLikeToken(other)).toBe(false);
    }
    expect(newUserToken('vais')).not.toBe(token);
  });

  test('no two tokens are alike', () => {
    expect(new Set(Array.from({ length: 500 }, newToken)).size).toBe(500);
  });

  test('the checksum is the CRC-32 of the random part in base62', () => {
    // Computed with another implementation of CRC-32.
    expect(looksLikeToken(`ktr_${'0'.repeat(30)}2C8GjS`)).toBe(true);
    expect(looksLikeToken(`ktr_${'0'.repeat(30)}2C8GjT`)).toBe(false);
  });

  test('one changed character is noticed, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(35), fc.integer({ min: 1, max: 61 }), (at, by) => {
        const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
        const token = newToken();
        const index = 4 + at;
        const other = alphabet.charAt((alphabet.indexOf(token.charAt(index)) + by) % 62);
        expect(looksLikeToken(token.slice(0, index) + other + token.slice(index + 1))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('garbage of any kind does not look like a token', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 36, maxLength: 36 }).map((rest) => `ktr_${rest}`),
      fc.constantFrom(
        '',
        'ktr_',
        `${newToken()} `,
        ` ${newToken()}`,
        `${newToken()}\n`,
        newToken().toUpperCase(),
      ),
    );
    fc.assert(
      fc.property(text, (garbage) => {
        expect(looksLikeToken(garbage)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('what is stored is a SHA-256, and the prefix keeps most of the secret', () => {
    const token = newToken();
    expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(tokenPrefix(token)).toBe(token.slice(0, 10));
  });
});
