import { Fault } from '../../../kernel/index.ts';
import { shown, shownSize } from './wording.ts';

/** Characters decoded at once, a multiple of the four that make a group: 96 KiB of bytes. */
const BATCH = 128 * 1024;

/**
 * Strict base64 (RFC 4648 section 4: standard alphabet, padded, unused bits zero, nothing else) in pieces of any
 * length. Decoded bytes wait in batches until they are taken. Faults: `base64_invalid` with the name of the attachment
 * and the character, `too_large` before more than `maxBytes` have been decoded.
 */
export class Base64Decoder {
  readonly #fileName: string;
  readonly #maxBytes: number;
  readonly #text = Buffer.allocUnsafe(BATCH);
  #filled = 0;
  #charsBefore = 0;
  #size = 0;
  #padded = false;
  #batches: Buffer[] = [];

  constructor(fileName: string, maxBytes: number) {
    this.#fileName = fileName;
    this.#maxBytes = maxBytes;
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
    if (code > 0x7f) this.refuse();
    this.#text[this.#filled++] = code;
    if (this.#filled === BATCH) this.#decode();
  }

  /** Ends the text, which must be complete. */
  end(): void {
    if (this.#filled > 0) this.#decode();
  }

  /** What has been decoded since the last call. The buffers are the receiver's. */
  take(): Buffer[] {
    const batches = this.#batches;
    this.#batches = [];
    return batches;
  }

  /** Refuses the character that would come next. */
  refuse(): never {
    this.#refuseAt(this.#charsBefore + this.#filled);
  }

  #decode(): void {
    if (this.#padded) this.#refuseAt(this.#charsBefore);
    const text = this.#text.toString('latin1', 0, this.#filled);
    const bytes = Buffer.from(text, 'base64');
    // Node's decoder skips what it does not know and takes the URL-safe alphabet too: only canonical text comes back.
    if (bytes.toString('base64') !== text) {
      const foreign = text.search(/[^A-Za-z0-9+/]/);
      this.#refuseAt(this.#charsBefore + (foreign < 0 ? text.length : foreign));
    }
    this.#padded = text.endsWith('=');
    this.#size += bytes.length;
    if (this.#size > this.#maxBytes) {
      throw new Fault(
        'too_large',
        `The attachment ${shown(this.#fileName)} is over the limit of ${shownSize(this.#maxBytes)} for a tarball; leave files out of the package.`,
      );
    }
    this.#charsBefore += this.#filled;
    this.#filled = 0;
    this.#batches.push(bytes);
  }

  #refuseAt(char: number): never {
    throw new Fault(
      'base64_invalid',
      `The data of attachment ${shown(this.#fileName)} is not padded standard base64 at character ${char} (counted from 0); encode the tarball again.`,
    );
  }
}
