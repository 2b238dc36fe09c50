/**
 * Does a pattern cover a name? `*` stands for any characters but is only allowed at the end: `@acme/*`, `acme-*`, `*`. Without
 * it the pattern is a name. Formats compare names exactly, so capitals count.
 */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** True for a text that `matchesName` takes: not empty, at most one `*`, at the end, no blanks. */
export function isNamePattern(text: string): boolean {
  return /^[^*\s]*\*?$/.test(text) && text !== '';
}
