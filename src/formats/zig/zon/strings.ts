import { GrowingBytes } from './bytes.ts';
import { isText, type ZonSource } from './source.ts';

const SIMPLE: Record<string, number> = { n: 10, r: 13, t: 9, '\\': 92, "'": 39, '"': 34 };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads `"…"`, at whose first quote the source stands, to its bytes. Zig language reference, «String Literals». */
export function readString(source: ZonSource): Buffer {
  const begin = source.at;
  const bytes = new GrowingBytes();
  source.take('"');
  for (;;) {
    const plain = plainText(source);
    if (plain !== '') bytes.add(plain);
    if (source.take('"')) return bytes.value;
    if (source.next !== '\\') checkEnd(source, begin, 'string');
    const escape = readEscape(source);
    if (typeof escape === 'number') bytes.addByte(escape);
    else bytes.add(Buffer.from(String.fromCodePoint(escape.codePoint)).toString('latin1'));
  }
}

/** Passes over all bytes but quotes, backslashes and control characters. */
function plainText(source: ZonSource): string {
  const begin = source.at;
  for (;;) {
    const code = source.text.charCodeAt(source.at);
    if (!isText(code) || code === QUOTE || code === BACKSLASH) return source.text.slice(begin, source.at);
    source.at++;
  }
}

/** Reads the lines of a multi-line string, each behind `\\`, at the first of which the source stands. */
export function readLines(source: ZonSource): Buffer {
  const bytes = new GrowingBytes();
  for (;;) {
    bytes.add(source.restOfLine());
    source.skip();
    if (!source.take('\\\\')) return bytes.value;
    bytes.addByte(0x0a);
  }
}

/** Reads `'…'`, at whose first quote the source stands. */
export function readCharacter(source: ZonSource): number {
  const begin = source.at;
  source.take("'");
  let codePoint: number | undefined;
  if (source.next === '\\') {
    const escape = readEscape(source);
    codePoint = typeof escape === 'number' ? escape : escape.codePoint;
  } else {
    const bytes = source.match(/[ -&(-~]|[\xc0-\xff][\x80-\xbf]+/y);
    codePoint = bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString().codePointAt(0);
    if (codePoint === undefined && source.next !== "'") checkEnd(source, begin, 'character');
  }
  if (codePoint === undefined || !source.take("'")) {
    throw source.fault(begin, 'between single quotes stands one character');
  }
  return codePoint;
}

/** A byte (`\x41`), or a character (`\u{1f600}`) that a string holds as UTF-8. */
function readEscape(source: ZonSource): number | { codePoint: number } {
  const begin = source.at;
  source.take('\\');
  const letter = source.next;
  const simple = Object.hasOwn(SIMPLE, letter) ? SIMPLE[letter] : undefined;
  if (simple !== undefined) {
    source.take(letter);
    return simple;
  }
  const byte = source.match(/x[0-9a-fA-F]{2}/y);
  if (byte !== undefined) return Number.parseInt(byte.slice(1), 16);
  const unicode = source.match(/u\{[0-9a-fA-F]+\}/y);
  if (unicode === undefined) {
    throw source.fault(begin, 'an escape is one of \\n \\r \\t \\\\ \\" \\\' \\x41 \\u{41}');
  }
  const codePoint = Number.parseInt(unicode.slice(2, -1), 16);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
    throw source.fault(begin, `${unicode.slice(0, 20)} is no Unicode character`);
  }
  return { codePoint };
}

function checkEnd(source: ZonSource, begin: number, what: string): never {
  if (source.next === '' || /[\r\n]/.test(source.next)) {
    throw source.fault(begin, `the ${what} that begins here does not end on its line`);
  }
  throw source.fault(
    source.at,
    `a ${what} holds the control character ${source.shown()}; write it as an escape`,
  );
}
