import type { Values } from './config/index.ts';

const DAY = 86_400_000;

/** How long a preview is kept, milliseconds; undefined: for ever. */
export function previewLife({ previewDays }: Values): number | undefined {
  return previewDays === 0 ? undefined : previewDays * DAY;
}
