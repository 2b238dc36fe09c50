import { Fault } from '../../kernel/index.ts';
import { shownSize } from './wording.ts';

const FIRST_SIZE = 16 * 1024;

/**
 * The body without the data, in one bounded buffer. It is JSON exactly if the body is: the grammar of
 * RFC 8259 does not look into strings, so emptying one changes nothing for the text around it.
 */
export class Skeleton {
  readonly #maxBytes: number;
  #bytes: Buffer;
  #length = 0;
  /** Where in the skeleton data was left out last. */
  #gap = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(FIRST_SIZE, maxBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** What it holds so far; valid until more is appended. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes `chunk` from `start` to before `end`. Fault `too_large` over the limit. */
  append(chunk: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#maxBytes) {
      throw new Fault(
        'too_large',
        `The metadata of the package is over the limit of ${shownSize(this.#maxBytes)}; shorten its package.json or readme.`,
      );
    }
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(needed, this.#bytes.length * 2)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, this.#length, start, end);
    this.#length = needed;
  }

  /** Says that what follows in the body is left out here. */
  markGap(): void {
    this.#gap = this.#length;
  }

  /** The value of the string literal, quotes included, that stands from `start` to the end; undefined if it is none. */
  stringFrom(start: number): string | undefined {
    try {
      const value: unknown = JSON.parse(this.#bytes.toString('utf8', start, this.#length));
      return typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Parses the whole; positions in its Fault `json_invalid` are those of a body that is `bodyLength` bytes long. */
  parse(bodyLength: number): unknown {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes.subarray(0, this.#length));
    } catch (error) {
      throw new Fault('json_invalid', 'The request body is not valid UTF-8; send JSON encoded in UTF-8.', {
        cause: error,
      });
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      // V8 tells the position for some errors only, and in UTF-16 units of the skeleton.
      const units = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
      if (units === undefined) throw invalidJson('it does not parse', undefined, error);
      const byte = Buffer.byteLength(text.slice(0, Number(units)));
      throw invalidJson(
        'it does not parse',
        byte > this.#gap ? byte + bodyLength - this.#length : byte,
        error,
      );
    }
  }
}

/** `what` says what is wrong, `byte` where, counted from 0. */
export function invalidJson(what: string, byte: number | undefined, cause?: unknown): Fault {
  const where = byte === undefined ? '' : ` at byte ${byte}`;
  return new Fault(
    'json_invalid',
    `The request body is not a JSON object that can be read: ${what}${where}. Send valid JSON.`,
    {
      cause,
    },
  );
}
