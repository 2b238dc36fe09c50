import { Fault, freeChunk, type Digests } from '../kernel/index.ts';
import type { StagedBlob } from '../registry/index.ts';
import { FormSplitter, received, shown, type FormEvent } from './body/index.ts';

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

/** Bytes of the lines between parts, of headers and of what stands around it, all in all. */
const MAX_FRAME = 1024 ** 2;

/**
 * Reads a form (RFC 7578) and stages its files while they arrive: memory does not grow with them. On any failure what was staged has
 * been discarded before the promise rejects, and a request stream is left open, unread, for the answer. The chunks of `source` are
 * freed on the way.
 *
 * Faults: `bad_request`, `body_truncated` (also when the client hangs up), `too_large`, and those of the options.
 */
export async function readForm(
  contentType: string,
  source: AsyncIterable<Uint8Array>,
  options: FormOptions,
): Promise<Form> {
  const splitter = new FormSplitter(contentType);
  const parts = new FormParts({ maxFieldBytes: 1024 ** 2, maxFields: 20, ...options });
  try {
    for await (const chunk of received(source)) {
      parts.meter(chunk.length);
      for (const event of splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) {
        await parts.take(event);
      }
      freeChunk(chunk);
    }
    splitter.end();
    return parts.form;
  } catch (error) {
    // The refusal is what the client must hear; a copy that cannot be discarded now is swept later.
    await Promise.allSettled(parts.staged.map((staged) => staged.discard()));
    throw error;
  }
}

/** The part at hand. */
interface OpenPart {
  name: string;
  fileName: string | undefined;
  size: number;
  /** Set for a file. */
  staged?: StagedBlob;
  /** Set for a field. */
  pieces?: Buffer[];
}

/** Makes files and fields of what a form turns out to be. */
class FormParts {
  readonly form: Form = { fields: [], files: [] };
  /** Everything that was begun. */
  readonly staged: StagedBlob[] = [];
  readonly #options: Required<FormOptions>;
  #part: OpenPart | undefined;
  #bytes = 0;
  #others = 0;

  constructor(options: Required<FormOptions>) {
    this.#options = options;
  }

  /** Fault `too_large` over the limit of all that a form may hold: what is read past is held by no other. */
  meter(bytes: number): void {
    const { maxFiles, maxFileBytes, maxFields, maxFieldBytes } = this.#options;
    this.#bytes += bytes;
    if (this.#bytes > maxFiles * maxFileBytes + maxFields * maxFieldBytes + MAX_FRAME) {
      throw new Fault('too_large', 'The form is over the limit of all that it may hold; send less at once.');
    }
  }

  async take(event: FormEvent): Promise<void> {
    if (event.kind === 'part') this.#part = await this.#begin(event);
    else if (this.#part === undefined) throw new TypeError('Nothing of a form stands outside of its parts.');
    else if (event.kind === 'data') await this.#write(this.#part, event.bytes);
    else await this.#end(this.#part);
  }

  async #begin({ name, fileName }: FormEvent & { kind: 'part' }): Promise<OpenPart> {
    const { kindOf, stage, maxFiles, maxFields } = this.#options;
    const part = { name, fileName, size: 0 };
    const kind = kindOf(name);
    if (kind === 'file') {
      if (this.staged.length === maxFiles) throw tooMany('files', maxFiles);
      const staged = await stage(name);
      this.staged.push(staged);
      return { ...part, staged };
    }
    if (++this.#others > maxFields) throw tooMany('fields', maxFields);
    return kind === 'field' ? { ...part, pieces: [] } : part;
  }

  async #write(part: OpenPart, bytes: Buffer): Promise<void> {
    const { maxFieldBytes, maxFileBytes, tooLarge } = this.#options;
    part.size += bytes.length;
    if (part.pieces) {
      if (part.size > maxFieldBytes) throw fieldTooLarge(part.name, maxFieldBytes);
      part.pieces.push(Buffer.from(bytes));
      return;
    }
    if (part.size > maxFileBytes) throw tooLarge(part.name);
    await part.staged?.write(bytes);
  }

  async #end({ name, fileName, staged, pieces }: OpenPart): Promise<void> {
    if (staged) this.form.files.push({ name, fileName, staged, digests: await staged.finish() });
    else if (pieces) this.form.fields.push({ name, value: Buffer.concat(pieces).toString('utf8') });
  }
}

function tooMany(what: string, most: number): Fault {
  return new Fault('too_large', `The form has more than ${most} ${what}; send fewer at once.`);
}

function fieldTooLarge(name: string, maxBytes: number): Fault {
  return new Fault('too_large', `The field ${shown(name)} is over the limit of ${maxBytes} bytes.`);
}
