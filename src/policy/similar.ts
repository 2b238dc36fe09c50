/** From so many characters on, two slips of the finger are one name to a reader; below, one. */
const LONG = 8;
/** Of names this short every one is near every other. */
const SHORT = 3;

/**
 * Would people take `name` for `known`, which was here first? True for another spelling of the same (`data-fetch`, `datafetch`) and
 * for a slip: a character too much, too few, another one, or two swapped; two of those in a long name. Names that are counted up
 * (`plugin-2`, `plugin-3`) are not meant to be told apart by their letters.
 */
export function isSimilar(name: string, known: string): boolean {
  if (name === known) return false;
  const [one, other] = [plain(name), plain(known)];
  if (one === other) return true;
  const most = slips(other.length);
  if (most === 0 || Math.abs(one.length - other.length) > most) return false;
  if (/\d/.test(one) && /\d/.test(other) && uncounted(one) === uncounted(other)) return false;
  return editDistance(one, other, most) <= most;
}

/** How many characters a name may be longer or shorter than one that it is similar to, separators aside. */
function slips(length: number): number {
  if (length <= SHORT) return 0;
  return length < LONG ? 1 : 2;
}

/** A name as the eye has it: capitals and separators do not count. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_./@]/g, '');
}

/**
 * Edits that lead from one text to the other: insertions, deletions, substitutions, and swaps of neighbours, no character edited
 * twice (Damerau–Levenshtein in its restricted form). Counts to `most`; more is `most + 1`.
 */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const distance = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        row > 1 && column > 1 && swapped ? at(before, column - 2) + 1 : Infinity,
      );
      current.push(distance);
      best = Math.min(best, distance);
    }
    // A swap reaches back two rows.
    if (best > most && Math.min(...last) > most) return most + 1;
    [before, last] = [last, current];
  }
  return Math.min(at(last, other.length), most + 1);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}

function uncounted(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}
