import { randomUUID } from 'node:crypto';
import type { CountBatch } from '../../src/registry/index.ts';

/** A batch of counts that no other is. */
export function batch(more: Partial<CountBatch>): CountBatch {
  return { id: randomUUID(), at: 1, releases: [], previews: [], missing: [], ...more };
}
