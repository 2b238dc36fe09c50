import { isoTime } from '../kernel/index.ts';
import type { BlockRow } from '../registry/index.ts';

/** A block as scripts read it; the first-party API has the same shape. */
export function blockShape({ pattern, createdAt, ...row }: BlockRow) {
  return { ...row, name: pattern, createdAt: isoTime(createdAt) };
}

/** `demo@1.x` as it was typed. */
export function specText({ pattern, range }: Pick<BlockRow, 'pattern' | 'range'>): string {
  return range === null ? pattern : `${pattern}@${range}`;
}
