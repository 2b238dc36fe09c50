/** Longer runs are told apart by their beginnings only; PostgreSQL's lexemes are bounded. */
const LONGEST = 64;

/** The words of a text as search compares them: runs of letters, marks and digits, in lower case. */
export function searchWords(text: string): string[] {
  const runs =
    text
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return runs.map((run) => run.slice(0, LONGEST).toWellFormed());
}
