import { matchesName } from '../names.ts';

/** Names, and which of their versions. */
export interface VersionSpec {
  /** See `matchesName`. */
  pattern: string;
  /** In the format's grammar; null: all versions. */
  range: string | null;
}

/** Reads `name`, `@scope/*` or `name@range`. Nothing is checked. */
export function readSpec(text: string): VersionSpec {
  // A scope begins with an @ as well.
  const at = text.indexOf('@', 1);
  if (at === -1) return { pattern: text, range: null };
  return { pattern: text.slice(0, at), range: text.slice(at + 1) };
}

/** Those of `texts` whose pattern covers the name, as they were written and as they are read. */
export function specsFor(texts: string[], name: string): (VersionSpec & { text: string })[] {
  return texts
    .map((text) => ({ text, ...readSpec(text) }))
    .filter(({ pattern }) => matchesName(pattern, name));
}
