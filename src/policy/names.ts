/**
 * Does a pattern cover a name? `*` stands for any characters but is only allowed at the end: `@acme/*`, `acme-*`, `*`. Without
 * it the pattern is a name. Formats compare names exactly, so capitals count.
 */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/**
 * As `matchesName`, whatever the capitals: for who has a name. A client that asks for `@Acme/ui` where `@acme/*` is ours has mistyped
 * ours, and nobody else may hear of it or answer.
 */
export function coversName(pattern: string, name: string): boolean {
  return matchesName(pattern.toLowerCase(), name.toLowerCase());
}

/** True for a text that `matchesName` takes: not empty, at most one `*`, at the end, no blanks. */
export function isNamePattern(text: string): boolean {
  return /^[^*\s]*\*?$/.test(text) && text !== '';
}

/** Those of a list that are in question for a name, and the pattern that made one of them the only one. */
export interface InQuestion<T> {
  asked: T[];
  pattern: string | null;
}

/**
 * Which upstreams may have a name, in order. One that has the name by a pattern is the only one: a private name is no business of
 * others, not even when the one that has it says that it does not.
 */
export function inQuestion<T>(
  name: string,
  all: readonly T[],
  patternsOf: (each: T) => readonly string[],
): InQuestion<T> {
  for (const each of all) {
    const pattern = patternsOf(each).find((candidate) => coversName(candidate, name));
    if (pattern !== undefined) return { asked: [each], pattern };
  }
  return { asked: all.filter((each) => patternsOf(each).length === 0), pattern: null };
}
