import { parse } from 'smol-toml';
import { valueEnd } from './values.ts';

/** A place in a text: offsets of UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

/** `[a.b]` or `[[a.b]]`, over its whole line. */
export interface Header extends Span {
  kind: 'header';
  path: string[];
  isList: boolean;
}

/** `key = value`, over all of its lines. */
export interface Pair extends Span {
  kind: 'pair';
  /** From the root: that of its header with the key's. Undefined below `[[lists]]`, of which there are several. */
  path: string[] | undefined;
  /** How many parts of the path the header says. */
  depth: number;
  /** From the beginning of the line to the key. */
  indent: string;
  key: Span;
  value: Span;
}

export type Statement = Header | Pair;

/** An entry of `{ a = 1, b = 2 }`, without commas and blanks. */
export interface InlineEntry extends Span {
  path: string[];
  value: Span;
}

/** Where the headers and pairs of a TOML text stand. It has been parsed before: of what is no TOML it gives something. */
export function scan(text: string): Statement[] {
  const found: Statement[] = [];
  let header: Header | undefined;
  let isInList = false;
  const lists = new Set<string>();
  for (let line = text.startsWith('\uFEFF') ? 1 : 0; line < text.length;) {
    const start = skipBlanks(text, line);
    const first = text[start];
    if (first === '[') {
      const isList = text[start + 1] === '[';
      const key = keyAt(text, start + (isList ? 2 : 1));
      header = { kind: 'header', path: key.path, isList, start: line, end: lineEnd(text, key.end) };
      if (isList) lists.add(keyOf(key.path));
      isInList = key.path.some((_, index) => lists.has(keyOf(key.path.slice(0, index + 1))));
      found.push(header);
      line = header.end;
    } else if (first === undefined || first === '#' || first === '\n' || first === '\r') {
      line = lineEnd(text, start);
    } else {
      const key = keyAt(text, start);
      const value = { start: skipBlanks(text, key.end + 1), end: 0 };
      value.end = valueEnd(text, value.start);
      const before = header?.path ?? [];
      found.push({
        kind: 'pair',
        path: isInList ? undefined : [...before, ...key.path],
        depth: before.length,
        indent: text.slice(line, start),
        key: { start, end: key.end },
        value,
        start: line,
        end: lineEnd(text, value.end),
      });
      line = lineEnd(text, value.end);
    }
  }
  return found;
}

function keyOf(path: string[]): string {
  return JSON.stringify(path);
}

/** The entries of the inline table at an offset, in order. */
export function scanInline(text: string, at: number): InlineEntry[] {
  const found: InlineEntry[] = [];
  for (let next = skipVoid(text, at + 1); next < text.length && text[next] !== '}';) {
    const key = keyAt(text, next);
    const value = { start: skipBlanks(text, key.end + 1), end: 0 };
    value.end = valueEnd(text, value.start);
    found.push({ path: key.path, value, start: next, end: value.end });
    next = skipVoid(text, value.end);
    if (text[next] === ',') next = skipVoid(text, next + 1);
  }
  return found;
}

/** Blanks, lines and comments. */
export function skipVoid(text: string, at: number): number {
  let next = at;
  while (next < text.length) {
    if (text[next] === '#') next = lineEnd(text, next);
    else if (/\s/.test(text[next] ?? '')) next++;
    else break;
  }
  return next;
}

/** The offset behind the line that an offset is in. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function skipBlanks(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next++;
  return next;
}

/** The key at an offset, up to the `=` or `]` behind it. */
function keyAt(text: string, at: number): { path: string[]; end: number } {
  const path: string[] = [];
  let next = skipBlanks(text, at);
  let end = next;
  for (;;) {
    const quote = text[next];
    if (quote === '"' || quote === "'") {
      end = valueEnd(text, next);
      path.push(...Object.keys(parse(`${text.slice(next, end)} = 0`)));
    } else {
      const bare = /[A-Za-z0-9_-]*/y;
      bare.lastIndex = next;
      bare.test(text);
      end = bare.lastIndex;
      path.push(text.slice(next, end));
    }
    next = skipBlanks(text, end);
    if (text[next] !== '.') return { path, end: next };
    next = skipBlanks(text, next + 1);
  }
}
