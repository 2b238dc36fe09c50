import type { Span } from './scan.ts';

/** A text in place of what stands at a span, which may be empty. */
export interface Change extends Span {
  text: string;
}

/** Makes changes that do not overlap; those at one place in their order. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const change of changes.toSorted((one, other) => one.start - other.start || one.end - other.end)) {
    pieces.push(text.slice(at, change.start), change.text);
    at = change.end;
  }
  return pieces.join('') + text.slice(at);
}

/** A line behind a place where one ends; the last of a file may lack its end. */
export function lineAfter(text: string, at: number, line: string): Change {
  const newline = newlineOf(text);
  const isOpen = at > 0 && text[at - 1] !== '\n';
  return { start: at, end: at, text: isOpen ? `${newline}${line}` : `${line}${newline}` };
}

/** How the lines of a file end: as its first. */
export function newlineOf(text: string): string {
  const end = text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}
