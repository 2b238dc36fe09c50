/** So many wrong codes in a row cost nothing: people mistype. */
const FREE = 5;
/** Milliseconds. */
const FIRST_DELAY = 30_000;
const LONGEST_DELAY = 3_600_000;

/**
 * How long a user's codes are not looked at after `failures` wrong ones in a row, milliseconds. It doubles up to an hour: at
 * 24 guesses a day, three of a million codes being right at a time, a guess takes decades. The last right code starts anew.
 */
export function delayAfter(failures: number): number {
  if (failures < FREE) return 0;
  return Math.min(FIRST_DELAY * 2 ** Math.min(failures - FREE, 20), LONGEST_DELAY);
}
