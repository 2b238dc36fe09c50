import { expect, test } from 'vitest';
import { printable, printableJson, printableLines } from './printable.ts';

const hostile = [
  ['an escape sequence', '\u001B[2J'],
  ['the same in one character (C1)', '\u009B2J'],
  ['a return to the start of the line', '\r'],
  ['a turned direction of writing', '\u202E'],
  ['a byte-order mark', '\uFEFF'],
  ['a line separator', '\u2028'],
  ['an invisible tag', '\u{E0041}'],
] as const;

test.each(hostile)('%s is in no text that is printed', (_what, text) => {
  expect(printable(`a${text}b`)).toMatch(/^a (\[?2J)?b$/);
  expect(printableLines(`a${text}b\nc`)).toMatch(/^a\uFFFD(\[?2J)?b\nc$/);
  const json = printableJson({ text });
  expect(json).toMatch(/^[ -~\n]*$/);
  expect(JSON.parse(json)).toEqual({ text });
});

test('what has a shape stays, in any script', () => {
  expect(printable('  Größe 大 🦀 é ')).toBe('Größe 大 🦀 é');
  expect(printableLines('→ ✓\n  x')).toBe('→ ✓\n  x');
});
