import { expect, test } from 'vitest';
import { tooLarge } from './sent.ts';

test('a limit below a megabyte is told as a part of one', () => {
  expect(tooLarge('demo', 512 * 1024).message).toBe('Tarball for demo exceeds maximum size of 0.5MB');
  expect(tooLarge('demo', 50 * 1024 ** 2).message).toBe('Tarball for demo exceeds maximum size of 50MB');
});
