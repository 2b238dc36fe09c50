/** What moves the cursor, colours, hides, breaks a line or turns the direction of writing, and has no shape of its own. */
const SHAPELESS = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}`;
const SHAPELESS_OR_BLANK = new RegExp(`[${SHAPELESS}\\s]+`, 'gu');
const SHAPELESS_BUT_LINE_FEED = new RegExp(`(?!\\n)[${SHAPELESS}]`, 'gu');

/** What somebody else said, as one line that does nothing to a terminal. */
export function printable(text: string): string {
  return text.replaceAll(SHAPELESS_OR_BLANK, ' ').trim();
}

/** A text of several lines that does nothing to a terminal: U+FFFD stands where something would have. */
export function printableLines(text: string): string {
  return text.replaceAll(SHAPELESS_BUT_LINE_FEED, '\uFFFD');
}

/** JSON, indented for people, that does nothing to a terminal and means the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(SHAPELESS_BUT_LINE_FEED, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
