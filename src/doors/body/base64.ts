import { Fault } from '../../kernel/index.ts';

/** Characters decoded at once, a multiple of the four that make a group: 96 KiB of bytes. */
const BATCH = 128 * 1024;

const EQUALS = 0x3d;
/** Not a value of six bits. */
const FOREIGN = 0x40;
/** What each character stands for (RFC 4648 table 1), or FOREIGN. */
const VALUES = new Uint8Array(256).fill(FOREIGN);
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
for (const [value, char] of ALPHABET.entries()) VALUES[char] = value;

export interface Base64Options {
  /** What the text is, as a sentence begins with it. */
  what: string;
  /** Most of what it may decode to. */
  maxBytes: number;
  tooLarge: () => Fault;
  /** True: text that is no base64 is read past, and `invalid` says why; else it is refused at once. */
  tellsLater?: boolean;
}

/**
 * Strict base64 (RFC 4648 section 4: standard alphabet, padded, unused bits zero, nothing else) in pieces of any
 * length. Decoded bytes wait in batches until they are taken. Faults: `base64_invalid` with the name of the data and the
 * character, and what `tooLarge` says before more than `maxBytes` have been decoded.
 *
 * It decodes by itself because Node's decoder wants the text as a string, and passes over what it does not know, which
 * only a second string shows. Those strings were most of the memory that a large tarball took.
 */
export class Base64Decoder {
  readonly #options: Base64Options;
  readonly #text = Buffer.allocUnsafe(BATCH);
  #filled = 0;
  #charsBefore = 0;
  #size = 0;
  #padded = false;
  #batches: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  #invalid: Fault | undefined;
  #ended = false;

  constructor(options: Base64Options) {
    this.#options = options;
  }

  /** True once all of the text has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Why the text is not what it should be, where that is told in the end. */
  get invalid(): Fault | undefined {
    return this.#invalid;
  }

  append(chars: Buffer): void {
    for (let from = 0; from < chars.length;) {
      const copied = chars.copy(this.#text, this.#filled, from);
      from += copied;
      this.#filled += copied;
      if (this.#filled === BATCH) this.#decode();
    }
  }

  /** One character as it was written by a JSON escape. */
  appendChar(code: number): void {
    // A byte would keep only the low bits, and U+0141 would pass for an A.
    if (code > 0x7f) return this.refuse();
    this.#text[this.#filled++] = code;
    if (this.#filled === BATCH) this.#decode();
  }

  /** Ends the text, which must be complete. */
  end(): void {
    if (this.#filled > 0) this.#decode();
    this.#ended = true;
  }

  /** What has been decoded since the last call. The buffers are the receiver's until it gives them back. */
  take(): Buffer[] {
    const batches = this.#batches;
    this.#batches = [];
    return batches;
  }

  /** Gives back a batch that is done with, to be written over. */
  giveBack(batch: Buffer): void {
    this.#spare.push(Buffer.from(batch.buffer));
  }

  /** Refuses the character that would come next. */
  refuse(): void {
    this.#refuseAt(this.#charsBefore + this.#filled);
  }

  #decode(): void {
    if (this.#invalid) return this.#drop();
    if (this.#padded) return this.#refuseAt(this.#charsBefore);
    const bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow((BATCH / 4) * 3);
    const length = decodeGroups(this.#text, this.#filled, bytes);
    if (length < 0) return this.#refuseText();
    this.#padded = this.#text[this.#filled - 1] === EQUALS;
    this.#size += length;
    if (this.#size > this.#options.maxBytes) throw this.#options.tooLarge();
    this.#drop();
    this.#batches.push(bytes.subarray(0, length));
  }

  #drop(): void {
    this.#charsBefore += this.#filled;
    this.#filled = 0;
  }

  #refuseText(): void {
    const text = this.#text.toString('latin1', 0, this.#filled);
    const foreign = text.search(/[^A-Za-z0-9+/]/);
    this.#refuseAt(this.#charsBefore + (foreign < 0 ? text.length : foreign));
  }

  #refuseAt(char: number): void {
    if (this.#invalid) return;
    const { what, tellsLater = false } = this.#options;
    this.#invalid = new Fault(
      'base64_invalid',
      `${what} is not padded standard base64 at character ${char} (counted from 0); encode the tarball again.`,
    );
    if (!tellsLater) throw this.#invalid;
    this.#drop();
  }
}

/** Decodes `length` characters, of which only the last group may be padded. Returns the bytes written, -1 if it cannot. */
function decodeGroups(text: Buffer, length: number, bytes: Buffer): number {
  if (length % 4 !== 0) return -1;
  const padding = text[length - 1] !== EQUALS ? 0 : text[length - 2] !== EQUALS ? 1 : 2;
  const whole = padding === 0 ? length : length - 4;
  let to = 0;
  for (let from = 0; from < whole; from += 4) {
    const bits = group(text, from, 4);
    if (bits < 0) return -1;
    bytes[to++] = bits >> 16;
    bytes[to++] = bits >> 8;
    bytes[to++] = bits;
  }
  if (padding === 0) return to;
  const bits = group(text, whole, 4 - padding);
  // The bits that belong to no byte must be zero, or one tarball would have several texts.
  if (bits < 0 || (bits & (padding === 1 ? 0xff : 0xffff)) !== 0) return -1;
  bytes[to++] = bits >> 16;
  if (padding === 1) bytes[to++] = bits >> 8;
  return to;
}

/** The 24 bits of the group at `from`, characters after the first `chars` taken for zero; -1 if one is foreign. */
function group(text: Buffer, from: number, chars: number): number {
  const first = valueAt(text, from);
  const second = valueAt(text, from + 1);
  const third = chars > 2 ? valueAt(text, from + 2) : 0;
  const fourth = chars > 3 ? valueAt(text, from + 3) : 0;
  const bits = (first << 18) | (second << 12) | (third << 6) | fourth;
  return (first | second | third | fourth) < FOREIGN ? bits : -1;
}

function valueAt(text: Buffer, at: number): number {
  return VALUES[text[at] ?? 0] ?? FOREIGN;
}
