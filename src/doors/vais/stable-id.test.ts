import { expect, test } from 'vitest';
import { stableId } from './stable-id.ts';

test('an id is a UUID, the same for the same words and another for others', () => {
  const id = stableId('store', 'user', 1);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(stableId('store', 'user', 1)).toBe(id);
  expect(new Set([id, stableId('store', 'user', 2), stableId('other', 'user', 1)]).size).toBe(3);
});
