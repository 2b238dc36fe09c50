import { expect, test } from 'vitest';
import { freeChunk, ownsMemory } from './chunk-memory.ts';

test('a chunk with memory of its own is freed', () => {
  const chunk = Buffer.allocUnsafeSlow(100);
  expect(ownsMemory(chunk)).toBe(true);
  freeChunk(chunk);
  expect(chunk.byteLength).toBe(0);
});

test('a chunk that shares its memory is left alone, and so is what it shares it with', () => {
  const whole = Buffer.from('shared by two');
  const part = whole.subarray(3, 6);
  freeChunk(part);
  freeChunk(whole);
  expect([whole.toString(), part.toString()]).toEqual(['shared by two', 'red']);
});
