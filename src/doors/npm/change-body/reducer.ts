import { Fault } from '../../../kernel/index.ts';
import { Output } from './output.ts';
import { memberOf, type Wanted, type WantedMembers } from './wanted.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;

/** npm's own documents nest less than ten deep. */
const MAX_DEPTH = 200;
const comma = Buffer.from(',');
const colon = Buffer.from(':');
const nothing = Buffer.from('null');

/** What the next byte belongs to. `inside`: an object or array that is copied or passed over as a whole. */
type State =
  | 'start'
  | 'key-or-end'
  | 'key'
  | 'key-text'
  | 'key-escape'
  | 'colon'
  | 'value'
  | 'inside'
  | 'string'
  | 'string-escape'
  | 'scalar'
  | 'comma-or-end'
  | 'done';

/** An object of which some members are wanted. */
interface Frame {
  wanted: WantedMembers;
  /** True once a member was written, so that the next one needs a comma. */
  written: boolean;
}

/**
 * Takes the wanted parts out of a JSON object that is pushed in pieces of any length. What is not wanted is passed over and
 * only its strings and brackets are looked at; what is wanted is parsed at the end. Memory is bounded by what is wanted,
 * and no step holds the event loop for longer than one piece takes.
 */
export class JsonReducer {
  readonly #out = new Output();
  readonly #key = new Output();
  readonly #frames: Frame[] = [];
  readonly #root: WantedMembers;
  #state: State = 'start';
  /** What is wanted of the value at hand. */
  #wanted: Wanted | undefined;
  #copying = false;
  #depth = 0;
  #before = 0;

  constructor(wanted: WantedMembers) {
    this.#root = wanted;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at = this.#step(chunk, at);
    this.#before += chunk.length;
  }

  /** The parts, once the body has ended. Faults `body_truncated`, `json_invalid`. */
  end(): unknown {
    if (this.#state !== 'done') {
      throw new Fault(
        'body_truncated',
        `The request body ended after ${this.#before} bytes, before its JSON object was complete; send all of it.`,
      );
    }
    // Strict on UTF-8 at last, so that nothing is kept which the client did not write.
    return parse(decode(this.#out.bytes));
  }

  /** Reads on from `at`, at least one byte or one state; returns where it stopped. */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'key-text':
        return this.#keyText(chunk, at);
      case 'key-escape':
        this.#key.append(chunk, at, at + 1);
        this.#state = 'key-text';
        return at + 1;
      case 'inside':
        return this.#inside(chunk, at);
      case 'string':
        return this.#string(chunk, at);
      case 'string-escape':
        this.#copy(chunk, at, at + 1);
        this.#state = 'string';
        return at + 1;
      case 'scalar':
        return this.#scalar(chunk, at);
      default:
        return this.#between(chunk, at);
    }
  }

  /** Between the parts of an object whose members are looked at. */
  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    if (isBlank(byte)) return at + 1;
    switch (this.#state) {
      case 'start':
        if (byte !== OBJECT) throw this.#invalid(at);
        return this.#open(chunk, at, this.#root);
      case 'key-or-end':
        if (byte === OBJECT_END) return this.#close(chunk, at);
        return this.#beginKey(chunk, at);
      case 'key':
        return this.#beginKey(chunk, at);
      case 'colon':
        if (byte !== COLON) throw this.#invalid(at);
        this.#state = 'value';
        return at + 1;
      case 'value':
        return this.#beginValue(chunk, at);
      case 'comma-or-end':
        if (byte === OBJECT_END) return this.#close(chunk, at);
        if (byte !== COMMA) throw this.#invalid(at);
        this.#state = 'key';
        return at + 1;
      default:
        throw this.#invalid(at);
    }
  }

  #open(chunk: Buffer, at: number, wanted: WantedMembers): number {
    this.#frames.push({ wanted, written: false });
    this.#out.append(chunk, at, at + 1);
    this.#state = 'key-or-end';
    return at + 1;
  }

  #close(chunk: Buffer, at: number): number {
    this.#frames.pop();
    this.#out.append(chunk, at, at + 1);
    this.#state = this.#frames.length === 0 ? 'done' : 'comma-or-end';
    return at + 1;
  }

  #beginKey(chunk: Buffer, at: number): number {
    if (chunk[at] !== QUOTE) throw this.#invalid(at);
    this.#key.clear();
    this.#key.append(chunk, at, at + 1);
    this.#state = 'key-text';
    return at + 1;
  }

  #keyText(chunk: Buffer, start: number): number {
    const at = endOfText(chunk, start);
    this.#key.append(chunk, start, Math.min(at + 1, chunk.length));
    if (at === chunk.length) return at;
    if (chunk[at] === BACKSLASH) this.#state = 'key-escape';
    else this.#endKey(at);
    return at + 1;
  }

  #endKey(at: number): void {
    const frame = this.#frames.at(-1);
    const key = parse(this.#key.bytes.toString('utf8'));
    if (frame === undefined || typeof key !== 'string') throw this.#invalid(at);
    this.#wanted = memberOf(frame.wanted, key);
    this.#state = 'colon';
    if (this.#wanted === undefined) return;
    if (frame.written) this.#out.append(comma);
    frame.written = true;
    this.#out.append(this.#key.bytes);
    this.#out.append(colon);
  }

  #beginValue(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    const wanted = this.#wanted;
    if (typeof wanted === 'object' && byte === OBJECT) return this.#open(chunk, at, wanted);
    this.#copying = wanted === true;
    // Members were wanted of something that has none.
    if (typeof wanted === 'object') this.#out.append(nothing);
    this.#depth = 0;
    if (byte === OBJECT || byte === ARRAY) this.#state = 'inside';
    else if (byte === QUOTE) {
      this.#state = 'string';
      this.#copy(chunk, at, at + 1);
      return at + 1;
    } else if (byte === COMMA || byte === COLON || byte === OBJECT_END || byte === ARRAY_END) {
      throw this.#invalid(at);
    } else this.#state = 'scalar';
    return at;
  }

  #inside(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && this.#state === 'inside') {
      const byte = chunk[at];
      if (byte === QUOTE) this.#state = 'string';
      else if (byte === OBJECT || byte === ARRAY) {
        if (++this.#depth > MAX_DEPTH) throw this.#invalid(at);
      } else if ((byte === OBJECT_END || byte === ARRAY_END) && --this.#depth === 0) {
        this.#state = 'comma-or-end';
      }
      at++;
    }
    this.#copy(chunk, start, at);
    return at;
  }

  #string(chunk: Buffer, start: number): number {
    const at = endOfText(chunk, start);
    this.#copy(chunk, start, Math.min(at + 1, chunk.length));
    if (at === chunk.length) return at;
    if (chunk[at] === BACKSLASH) this.#state = 'string-escape';
    else this.#state = this.#depth === 0 ? 'comma-or-end' : 'inside';
    return at + 1;
  }

  #scalar(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && !endsScalar(chunk[at])) at++;
    this.#copy(chunk, start, at);
    if (at < chunk.length) this.#state = 'comma-or-end';
    return at;
  }

  #copy(chunk: Buffer, start: number, end: number): void {
    if (this.#copying) this.#out.append(chunk, start, end);
  }

  #invalid(at: number): Fault {
    return invalid(` at byte ${this.#before + at}`);
  }
}

/** Where the next quote or backslash stands, or the end of the chunk. */
function endOfText(chunk: Buffer, start: number): number {
  let at = start;
  while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === COMMA || byte === OBJECT_END || byte === ARRAY_END || byte === QUOTE || isBlank(byte);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid('', error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid('', error);
  }
}

function invalid(where: string, cause?: unknown): Fault {
  return new Fault(
    'json_invalid',
    `The request body is not a JSON object that can be read${where}. Send what npm sends.`,
    { cause },
  );
}
