import { Fault } from '../../../kernel/index.ts';

/** A text of ZON: its bytes as a string with one character a byte, and where the reader stands in it. */
export class ZonSource {
  readonly text: string;
  /** How sentences call it: `build.zig.zon`. */
  readonly #name: string;
  at = 0;

  constructor(bytes: Buffer, name: string) {
    this.text = bytes.toString('latin1');
    this.#name = name;
    // The byte order mark, which the compiler passes over.
    if (this.text.startsWith('\xef\xbb\xbf')) this.at = 3;
  }

  /** The character where the reader stands; `''` at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Passes over `text` if it stands here. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /**
   * Passes over what a sticky expression finds here; undefined if it does not match.
   *
   * @param most characters that it may look at; expressions with groups that repeat need it
   */
  match(pattern: RegExp, most?: number): string | undefined {
    pattern.lastIndex = most === undefined ? this.at : 0;
    const text = most === undefined ? this.text : this.text.slice(this.at, this.at + most);
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /**
   * Passes over blanks and comments. Comments hold no tab and no other control character, as the language has it;
   * `///` is a comment on a declaration, and data has none.
   */
  skip(): void {
    for (;;) {
      this.#skipBlanks();
      if (!this.text.startsWith('//', this.at)) return;
      const begin = this.at;
      if (/^\/\/(!|\/(?!\/))/.test(this.text.slice(begin, begin + 4))) {
        throw this.fault(begin, 'a documentation comment stands where data does; begin it with "//"');
      }
      this.#skipText();
      this.#endOfLine('a comment');
    }
  }

  // One character after the other, for an expression takes a hundred times as long to start, and lines may be many.
  #skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  /** Passes over what a line may hold: all bytes but control characters. */
  #skipText(): void {
    // Not a number, at the end, is no more than anything.
    while (isText(this.text.charCodeAt(this.at))) this.at++;
  }

  /** Passes over the end of a line; what else ends it there is no part of `inside`. */
  #endOfLine(inside: string): void {
    if (this.at === this.text.length || this.take('\n') || this.take('\r\n')) return;
    throw this.fault(this.at, `${inside} holds the control character ${this.shown()}; remove it`);
  }

  /** One line of a multi-line string, without its `\\`; the reader stands behind that and then at the end of the line. */
  restOfLine(): string {
    const begin = this.at;
    this.#skipText();
    const line = this.text.slice(begin, this.at);
    if (this.next !== '\n') this.#endOfLine('a string');
    return line;
  }

  /** What stands here, for a sentence. */
  shown(): string {
    if (this.at >= this.text.length) return 'the end of the file';
    const word = /[A-Za-z0-9_@]{1,40}/y;
    word.lastIndex = this.at;
    const found = word.exec(this.text)?.[0];
    if (found !== undefined) return JSON.stringify(found);
    // A whole character, if it is one of several bytes.
    const [first = ''] = Buffer.from(this.text.slice(this.at, this.at + 4), 'latin1').toString();
    return JSON.stringify(first);
  }

  /** `12:3`, counted in bytes from 1, as the compiler counts. */
  position(at: number): string {
    let line = 1;
    let start = 0;
    for (let end = this.text.indexOf('\n'); end !== -1 && end < at; end = this.text.indexOf('\n', end + 1)) {
      line++;
      start = end + 1;
    }
    return `${line}:${at - start + 1}`;
  }

  /** Fault `manifest_invalid`: `build.zig.zon:12:3: …` */
  fault(at: number, problem: string): Fault {
    return new Fault('manifest_invalid', `${this.#name}:${this.position(at)}: ${problem}.`);
  }
}

/** True for all bytes but control characters; false past the end. */
export function isText(code: number): boolean {
  return code >= 0x20 && code !== 0x7f;
}
