import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { Fault, isFault, type Digests } from '../kernel/index.ts';
import type { StagedBlob } from '../registry/index.ts';
import { received } from './body/index.ts';

type PartKind = 'file' | 'field' | undefined;

export interface FormOptions {
  /**
   * What a part of this name is, whatever file name it has or lacks; asked once for each part, so that it may also count. Undefined: it
   * is read past. A Fault that it throws refuses the form. A part without a name has the name ''.
   */
  kindOf: (name: string) => PartKind;
  /** Begins the upload of a file; called before its first byte is read. */
  stage: (name: string) => Promise<StagedBlob>;
  /** Bytes of one file. */
  maxFileBytes: number;
  /** What is said of a larger one. */
  tooLarge: (name: string) => Fault;
  maxFiles: number;
  /** Bytes of one field; 1 MiB unless given. */
  maxFieldBytes?: number;
  /** Fields, and parts that are read past; 20 unless given. */
  maxFields?: number;
}

export interface FormFile {
  name: string;
  /** As the client wrote it, without folders: not a checked name. */
  fileName: string | undefined;
  /** Finished, not promoted. It is the caller's to promote or discard. */
  staged: StagedBlob;
  digests: Digests;
}

/** Parts in the order in which they came; names may be there more than once. */
export interface Form {
  fields: { name: string; value: string }[];
  files: FormFile[];
}

/** True for the media type of forms, with whatever parameters. */
export function isForm(contentType: string | undefined): contentType is string {
  return /^multipart\/form-data *(;|$)/i.test(contentType ?? '');
}

/** Bytes of the lines between parts, of headers and of a preamble, all in all. */
const MAX_FRAME = 1024 ** 2;

/**
 * Reads a form (RFC 7578) and stages its files while they arrive: memory does not grow with them. On any failure what was staged has
 * been discarded before the promise rejects, and a request stream is left open, unread, for the answer.
 *
 * Faults: `bad_request` (no boundary), `body_truncated` (also when the client hangs up), `too_large`, and those of the options.
 */
export async function readForm(
  contentType: string,
  source: AsyncIterable<Uint8Array>,
  options: FormOptions,
): Promise<Form> {
  const reading = new FormReading(contentType, options);
  try {
    for await (const chunk of received(source)) await reading.write(chunk);
    return await reading.end();
  } catch (error) {
    await reading.abandon(error);
    throw error;
  }
}

class FormReading {
  readonly #options: Required<FormOptions>;
  readonly #parser: BusboyInstance;
  readonly #fields: Form['fields'] = [];
  readonly #files: Promise<FormFile>[] = [];
  readonly #streams: Readable[] = [];
  readonly #staged: StagedBlob[] = [];
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  #bytes = 0;

  constructor(contentType: string, options: FormOptions) {
    this.#options = { maxFieldBytes: 1024 ** 2, maxFields: 20, ...options };
    this.#failed = new Promise((_resolve, reject) => (this.#fail = reject));
    // Whoever waits for something else hears of it there.
    this.#failed.catch(() => undefined);
    this.#parser = this.#open(contentType);
  }

  /** Resolves when the parser wants more. */
  async write(chunk: Uint8Array): Promise<void> {
    const { maxFiles, maxFileBytes, maxFields, maxFieldBytes } = this.#options;
    this.#bytes += chunk.length;
    if (this.#bytes > maxFiles * maxFileBytes + maxFields * maxFieldBytes + MAX_FRAME) {
      throw new Fault('too_large', 'The form is over the limit of all that it may hold; send less at once.');
    }
    const taken = new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()));
    await Promise.race([taken, this.#failed]);
  }

  async end(): Promise<Form> {
    const finished = once(this.#parser, 'finish');
    this.#parser.end();
    await Promise.race([finished, this.#failed]);
    const files = await Promise.race([Promise.all(this.#files), this.#failed]);
    return { fields: this.#fields, files };
  }

  /** Discards what was staged, once nothing is written to it any more. */
  async abandon(error: unknown): Promise<void> {
    this.#fail(error);
    for (const stream of this.#streams) stream.destroy();
    await Promise.allSettled(this.#files);
    // The refusal is what the client must hear; a copy that cannot be discarded now is swept later.
    await Promise.allSettled(this.#staged.map((staged) => staged.discard()));
  }

  #open(contentType: string): BusboyInstance {
    const { maxFiles, maxFileBytes, maxFields, maxFieldBytes } = this.#options;
    const parser = open({
      headers: { 'content-type': contentType },
      isPartAFile: (name) => this.#kindOf(name) !== 'field',
      limits: {
        parts: maxFiles + maxFields,
        fileSize: maxFileBytes,
        fieldSize: maxFieldBytes,
        headerPairs: 20,
        headerSize: 16 * 1024,
      },
    });
    parser.on('file', (name: string | undefined, stream, fileName: string | undefined) => {
      this.#streams.push(stream);
      // Also after everybody has gone: an error without a listener ends the process.
      stream.on('error', () => undefined);
      stream.on('limit', () => this.#fail(this.#options.tooLarge(name ?? '')));
      if (this.#kind !== 'file') return void stream.resume();
      if (this.#files.length === maxFiles) return this.#fail(tooMany('files', maxFiles));
      const file = this.#take(name ?? '', fileName, stream);
      file.catch((error: unknown) => this.#fail(error));
      this.#files.push(file);
    });
    parser.on('field', (name: string | undefined, value, _nameCut, valueCut) => {
      if (valueCut) this.#fail(fieldTooLarge(name ?? '', maxFieldBytes));
      this.#fields.push({ name: name ?? '', value });
    });
    parser.on('partsLimit', () => this.#fail(tooMany('parts', maxFiles + maxFields)));
    parser.on('error', (cause) => this.#fail(truncated(cause)));
    return parser;
  }

  /** Of the part that has just begun. */
  #kind: PartKind;

  #kindOf(name: string | undefined): PartKind {
    this.#kind = undefined;
    try {
      this.#kind = this.#options.kindOf(name ?? '');
    } catch (error) {
      this.#fail(error);
    }
    return this.#kind;
  }

  async #take(name: string, fileName: string | undefined, stream: Readable): Promise<FormFile> {
    const staged = await this.#options.stage(name);
    this.#staged.push(staged);
    for await (const chunk of stream as AsyncIterable<Buffer>) await staged.write(chunk);
    return { name, fileName, staged, digests: await staged.finish() };
  }
}

function open(config: ConstructorParameters<typeof Busboy>[0]): BusboyInstance {
  try {
    return new Busboy(config);
  } catch (cause) {
    throw new Fault(
      'bad_request',
      'The Content-Type of a form names its boundary: multipart/form-data; boundary=…',
      { cause },
    );
  }
}

function truncated(cause: unknown): Fault {
  if (isFault(cause)) return cause;
  return new Fault(
    'body_truncated',
    'The form ends before its closing boundary; send all of it, with the boundary that its Content-Type names.',
    { cause },
  );
}

function tooMany(what: string, most: number): Fault {
  return new Fault('too_large', `The form has more than ${most} ${what}; send fewer at once.`);
}

function fieldTooLarge(name: string, maxBytes: number): Fault {
  return new Fault(
    'too_large',
    `The field ${JSON.stringify(name.slice(0, 80))} is over the limit of ${maxBytes} bytes.`,
  );
}
