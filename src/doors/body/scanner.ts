import { Fault } from '../../kernel/index.ts';
import type { Base64Decoder } from './base64.ts';
import type { DataPath } from './data-path.ts';
import { invalidJson, Skeleton } from './skeleton.ts';

/** What clients send nests less than ten deep. */
const MAX_DEPTH = 200;

const QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** What the next byte belongs to. `data` is the string whose content is taken out. */
type State = 'structure' | 'string' | 'string-escape' | 'data' | 'data-escape' | 'data-hex';

/** Data that was taken out of the body. */
export interface TakenData {
  /** As `DataPath.dataOf` calls it. */
  name: string;
  decoder: Base64Decoder;
}

export interface BodyScannerOptions {
  /** Where in the body data stands. */
  path: DataPath;
  /** Bytes of the body without the data. */
  maxMetadataBytes: number;
  /** What decodes data that begins; a Fault that it throws refuses the body. */
  begin: (name: string) => Base64Decoder;
}

/**
 * Splits a JSON body, pushed in pieces of any length, into its skeleton and the decoded data that stands in it as base64. It knows
 * only strings, brackets and where it is; `end` lets the JSON parser judge everything else.
 */
export class BodyScanner {
  readonly #skeleton: Skeleton;
  readonly #path: DataPath;
  readonly #begin: BodyScannerOptions['begin'];
  readonly #taken: TakenData[] = [];
  #state: State = 'structure';
  /** Bytes of the body before the chunk at hand. */
  #before = 0;
  #ended = false;
  /** Where in the skeleton the key at hand began. */
  #keyStart: number | undefined;
  /** No quote stands in the body between here and the last escape in the data. */
  #quote = 0;
  #hexDigits = 0;
  #hexValue = 0;

  constructor({ path, maxMetadataBytes, begin }: BodyScannerOptions) {
    this.#path = path;
    this.#begin = begin;
    this.#skeleton = new Skeleton(maxMetadataBytes);
  }

  /** In the order in which it stands in the body. */
  get taken(): readonly TakenData[] {
    return this.#taken;
  }

  /** The body without the data; as long as nothing is taken it is the body itself. */
  get skeleton(): Buffer {
    return this.#skeleton.bytes;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at = this.#step(chunk, at);
    this.#before += chunk.length;
  }

  /** The parsed skeleton, once the body has ended. */
  end(): unknown {
    if (!this.#ended) {
      throw new Fault(
        'body_truncated',
        `The request body ended after ${this.#before} bytes, before its JSON object was complete; send all of it.`,
      );
    }
    return this.#skeleton.parse(this.#before);
  }

  /** Reads on from `at` as long as one state lasts, at least one byte; returns where it stopped. */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'structure':
        return this.#structure(chunk, at);
      case 'string':
        return this.#string(chunk, at);
      case 'string-escape':
        this.#skeleton.append(chunk, at, at + 1);
        this.#state = 'string';
        return at + 1;
      case 'data':
        return this.#data(chunk, at);
      case 'data-escape':
        this.#dataEscape(chunk[at]);
        return at + 1;
      default:
        this.#dataHex(chunk[at]);
        return at + 1;
    }
  }

  #structure(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && this.#state === 'structure') {
      const byte = chunk[at];
      if (this.#path.depth === 0) this.#outside(byte, this.#before + at);
      else if (byte === QUOTE) this.#beginString(this.#skeleton.length + at - start);
      else this.#punctuation(byte, this.#before + at);
      at++;
    }
    this.#skeleton.append(chunk, start, at);
    if (this.#state === 'data') this.#skeleton.markGap();
    return at;
  }

  /** Around the one object there is only white space (RFC 8259 section 2). */
  #outside(byte: number | undefined, where: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    if (byte !== 0x7b) throw invalidJson('it is not an object, or something stands before it', where);
    if (this.#ended) throw invalidJson('something follows the object', where);
    this.#path.open(byte);
  }

  #punctuation(byte: number | undefined, where: number): void {
    switch (byte) {
      case 0x7b: // {
      case 0x5b: // [
        if (this.#path.depth === MAX_DEPTH) throw invalidJson(`it nests more than ${MAX_DEPTH} deep`, where);
        return this.#path.open(byte);
      case 0x7d: // }
      case 0x5d: // ]
        if (!this.#path.close(byte)) throw invalidJson('a bracket closes another kind', where);
        this.#ended = this.#path.depth === 0;
        return;
      case 0x2c:
        return this.#path.comma();
      case 0x3a:
        return this.#path.colon();
    }
  }

  #beginString(skeletonStart: number): void {
    const name = this.#path.dataOf;
    if (name === undefined) {
      this.#keyStart = this.#path.wantsKey ? skeletonStart : undefined;
      this.#state = 'string';
      return;
    }
    this.#taken.push({ name, decoder: this.#begin(name) });
    this.#state = 'data';
  }

  #string(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
    if (at === chunk.length) {
      this.#skeleton.append(chunk, start, at);
      return at;
    }
    this.#skeleton.append(chunk, start, at + 1);
    this.#state = chunk[at] === QUOTE ? 'structure' : 'string-escape';
    if (this.#state === 'structure') this.#endString(this.#before + at);
    return at + 1;
  }

  #endString(where: number): void {
    if (this.#keyStart === undefined) return;
    const key = this.#skeleton.stringFrom(this.#keyStart);
    if (key === undefined) throw invalidJson('a key is not a valid string', where);
    this.#path.key(key);
  }

  #data(chunk: Buffer, start: number): number {
    if (chunk[start] === BACKSLASH) {
      this.#state = 'data-escape';
      return start + 1;
    }
    const decoder = this.#decoder();
    const end = this.#quoteFrom(chunk, start);
    const text = chunk.subarray(start, end);
    const escape = text.indexOf(BACKSLASH);
    decoder.append(escape < 0 ? text : text.subarray(0, escape));
    if (escape >= 0) return start + escape;
    if (end === chunk.length) return end;
    decoder.end();
    this.#skeleton.append(chunk, end, end + 1);
    this.#state = 'structure';
    return end + 1;
  }

  /** Where the next quote is, or the end of the chunk. Remembered, or many escapes in a chunk would take quadratic time. */
  #quoteFrom(chunk: Buffer, start: number): number {
    if (this.#quote <= this.#before + start) {
      const found = chunk.indexOf(QUOTE, start);
      this.#quote = this.#before + (found < 0 ? chunk.length : found);
    }
    return this.#quote - this.#before;
  }

  /** Of the escapes of RFC 8259 section 7 only these two can stand for a character of base64. */
  #dataEscape(byte: number | undefined): void {
    if (byte === SLASH) {
      this.#decoder().appendChar(SLASH);
      this.#state = 'data';
    } else if (byte === LETTER_U) {
      this.#hexDigits = 0;
      this.#hexValue = 0;
      this.#state = 'data-hex';
    } else {
      this.#decoder().refuse();
      this.#state = 'data';
    }
  }

  #dataHex(byte = 0): void {
    const digit = hexDigit(byte);
    if (digit < 0) {
      this.#decoder().refuse();
      this.#state = 'data';
      return;
    }
    this.#hexValue = this.#hexValue * 16 + digit;
    if (++this.#hexDigits < 4) return;
    this.#decoder().appendChar(this.#hexValue);
    this.#state = 'data';
  }

  #decoder(): Base64Decoder {
    const decoder = this.#taken.at(-1)?.decoder;
    if (!decoder) throw new TypeError('There is no data outside of where it was begun.');
    return decoder;
  }
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
