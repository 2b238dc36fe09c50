import { Fault, freeChunk } from '../../kernel/index.ts';
import { shown } from './wording.ts';

/** What a form's bytes turn out to be, in order: each part begins, has any number of pieces, and ends. */
export type FormEvent =
  | { kind: 'part'; name: string; fileName: string | undefined }
  | { kind: 'data'; bytes: Buffer }
  | { kind: 'end' };

/** Characters of a boundary: RFC 2046 section 5.1.1 allows 70, and some clients do not know. */
const LONGEST_BOUNDARY = 200;
/** Bytes of the header of one part. */
const LONGEST_HEADER = 16 * 1024;
/** Blanks behind a boundary. */
const LONGEST_PADDING = 100;

const CRLF = '\r\n';
const HEADER_END = '\r\n\r\n';

/**
 * Splits a form (RFC 7578, RFC 2046 section 5.1) that is pushed in pieces of any length. It holds no more of it than a header.
 *
 * Written for us, since the parsers that there are wait for ever for some forms that are broken, and give away no memory before the
 * collector comes.
 */
export class FormSplitter {
  readonly #delimiter: Buffer;
  /** What may be the beginning of something. The line break makes a boundary of the first line, too. */
  #rest: Buffer = Buffer.from(CRLF);
  /** What was pushed last, behind what waited for it. */
  #joined: Buffer | undefined;
  #state: 'preamble' | 'boundary' | 'header' | 'body' | 'epilogue' = 'preamble';

  /** Fault `bad_request` for a Content-Type without a boundary. */
  constructor(contentType: string) {
    const boundary = parameter(contentType, 'boundary') ?? '';
    if (boundary === '' || boundary.length > LONGEST_BOUNDARY) {
      throw new Fault(
        'bad_request',
        `The Content-Type of a form names its boundary, of 1 to ${LONGEST_BOUNDARY} characters: multipart/form-data; boundary=…`,
      );
    }
    this.#delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1');
  }

  /** The events are good until the next push, and as long as the chunk is. Faults `bad_request`, `too_large`. */
  push(chunk: Buffer): FormEvent[] {
    if (this.#joined) freeChunk(this.#joined);
    if (this.#state === 'epilogue') return [];
    const events: FormEvent[] = [];
    const bytes = this.#join(chunk);
    let at = 0;
    for (let next: number | undefined = 0; next !== undefined;) {
      at = next;
      next = this.#step(bytes, at, events);
    }
    // In the middle of a part only what may be a boundary waits.
    if (this.#state === 'preamble' || this.#state === 'body') {
      const end = Math.max(at, bytes.length - this.#delimiter.length + 1);
      if (this.#state === 'body' && end > at) events.push({ kind: 'data', bytes: bytes.subarray(at, end) });
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return events;
  }

  #join(chunk: Buffer): Buffer {
    this.#joined = this.#rest.length === 0 ? undefined : Buffer.concat([this.#rest, chunk]);
    return this.#joined ?? chunk;
  }

  /** Fault `body_truncated` if the last boundary has not come. */
  end(): void {
    if (this.#state === 'epilogue') return;
    throw new Fault(
      'body_truncated',
      'The form ends before its closing boundary; send all of it, with the boundary that its Content-Type names.',
    );
  }

  /** Where it goes on; undefined if it takes more bytes to tell. */
  #step(bytes: Buffer, at: number, events: FormEvent[]): number | undefined {
    switch (this.#state) {
      case 'preamble':
      case 'body':
        return this.#untilBoundary(bytes, at, events);
      case 'boundary':
        return this.#boundary(bytes, at);
      case 'header':
        return this.#header(bytes, at, events);
      case 'epilogue':
        return undefined;
    }
  }

  #untilBoundary(bytes: Buffer, at: number, events: FormEvent[]): number | undefined {
    const found = bytes.indexOf(this.#delimiter, at);
    if (found < 0) return undefined;
    if (this.#state === 'body') {
      if (found > at) events.push({ kind: 'data', bytes: bytes.subarray(at, found) });
      events.push({ kind: 'end' });
    }
    this.#state = 'boundary';
    return found + this.#delimiter.length;
  }

  /** Behind a boundary: two hyphens, or the end of its line. */
  #boundary(bytes: Buffer, at: number): number | undefined {
    if (bytes.length < at + 2) return undefined;
    if (bytes.toString('latin1', at, at + 2) === '--') {
      this.#state = 'epilogue';
      return undefined;
    }
    const end = bytes.indexOf(CRLF, at);
    const line = bytes.toString('latin1', at, Math.min(end < 0 ? bytes.length : end, at + LONGEST_PADDING));
    if (/[^ \t\r]/.test(line) || line.length === LONGEST_PADDING) {
      throw new Fault(
        'bad_request',
        'The form has its boundary in the middle of a line, or something behind it on the same line; choose another boundary.',
      );
    }
    if (end < 0) return undefined;
    this.#state = 'header';
    // The line break stays: without a header it is the first half of what ends it.
    return end;
  }

  #header(bytes: Buffer, at: number, events: FormEvent[]): number | undefined {
    const end = bytes.indexOf(HEADER_END, at);
    if ((end < 0 ? bytes.length : end) - at > LONGEST_HEADER) {
      throw new Fault('too_large', `The header of a part has more than ${LONGEST_HEADER} bytes.`);
    }
    if (end < 0) return undefined;
    events.push({
      kind: 'part',
      ...readHeader(bytes.toString('utf8', at + CRLF.length, Math.max(end, at + 2))),
    });
    this.#state = 'body';
    // An empty part has its boundary at once, and that begins with a line break of its own.
    return end + HEADER_END.length;
  }
}

/** What `Content-Disposition` says: RFC 7578 section 4.2. Other fields mean nothing. */
function readHeader(text: string): { name: string; fileName: string | undefined } {
  // A line that begins with a blank goes on with the one before.
  for (const line of text.replaceAll(/\r\n[ \t]+/g, ' ').split(CRLF)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw new Fault('bad_request', `A part of the form has the header line ${shown(line)}, which is none.`);
    }
    if (line.slice(0, colon).trim().toLowerCase() !== 'content-disposition') continue;
    const value = line.slice(colon + 1).trim();
    if (!/^form-data *(;|$)/i.test(value)) continue;
    const fileName = parameter(value, 'filename');
    return {
      name: parameter(value, 'name') ?? '',
      // Some clients send the whole path.
      fileName: fileName?.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1),
    };
  }
  return { name: '', fileName: undefined };
}

/** A parameter of a header's value: a token, or a quoted string in which curl escapes quotes and backslashes. */
function parameter(value: string, name: string): string | undefined {
  for (const [, key, quoted, token] of value.matchAll(
    /;\s*([^\s=;"]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^\s;]*))/g,
  )) {
    if (key?.toLowerCase() === name) return quoted?.replaceAll(/\\(["\\])/g, '$1') ?? token;
  }
  return undefined;
}
