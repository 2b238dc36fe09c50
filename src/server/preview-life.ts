import type { Values } from './config/index.ts';

const DAY = 86_400_000;

/** How long a preview is kept, milliseconds; undefined: for ever. */
export function previewLife({ previewDays }: Values): number | undefined {
  return previewDays === 0 ? undefined : previewDays * DAY;
}

/** Previews that were published until then are gone, milliseconds; -1: none is. */
export function previewsGoneUntil(values: Values, now: number): number {
  const life = previewLife(values);
  return life === undefined ? -1 : now - life;
}
