import { beforeEach, expect, test } from 'vitest';
import { VerifiedPasswords } from './verified-passwords.ts';

const LIFE = 300_000;
let now: number;
let verified: VerifiedPasswords;
beforeEach(() => {
  now = 1_700_000_000_000;
  verified = new VerifiedPasswords(() => now);
});

test('a pair that was verified is known, and no other one', () => {
  verified.add('hash', 'secret');
  expect(verified.has('hash', 'secret')).toBe(true);
  expect(verified.has('hash', 'Secret')).toBe(false);
  expect(verified.has('new hash', 'secret')).toBe(false);
  expect(verified.has('hash', '')).toBe(false);
});

test('a pair is forgotten five minutes after it was verified, however often it was asked for', () => {
  verified.add('hash', 'secret');
  now += LIFE - 1;
  expect(verified.has('hash', 'secret')).toBe(true);
  now += 2;
  expect(verified.has('hash', 'secret')).toBe(false);
});

test('a thousand pairs are kept, and the one longest unused goes first', () => {
  for (let i = 0; i <= 1000; i++) verified.add('hash', `secret ${i}`);
  expect(verified.has('hash', 'secret 0')).toBe(false);
  expect(verified.has('hash', 'secret 1')).toBe(true);
  expect(verified.has('hash', 'secret 1000')).toBe(true);
});
