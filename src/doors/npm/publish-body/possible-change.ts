import { isFault, type Fault } from '../../../kernel/index.ts';
import type { ChangeSink, PublishBodyOptions } from './index.ts';
import type { BodyScanner } from '../../body/index.ts';

/** Bytes of metadata that are parsed at once; more would be felt by other requests. */
const PARSED_AT_ONCE = 256 * 1024;

/**
 * Whether a body publishes or changes is known only when its tarball has come, or has not. This hands one that has grown
 * over what a publish may hold, and has no tarball, to the sink of a change.
 */
export class PossibleChange {
  readonly #scanner: BodyScanner;
  readonly #open: PublishBodyOptions['change'];
  #sink: ChangeSink | undefined;
  #tooLarge: Fault | undefined;
  #before = 0;

  constructor(scanner: BodyScanner, { change }: PublishBodyOptions) {
    this.#scanner = scanner;
    this.#open = change;
  }

  async push(chunk: Buffer): Promise<void> {
    if (this.#sink) await this.#sink.push(chunk);
    else await this.#scan(chunk);
    this.#before += chunk.length;
  }

  /** True if the body, now at its end, is for `end` to read. */
  async isLarge(): Promise<boolean> {
    if (this.#sink !== undefined) return true;
    const { taken, skeleton } = this.#scanner;
    return taken.length === 0 && skeleton.length > PARSED_AT_ONCE && (await this.#begin()) !== undefined;
  }

  /** What the sink kept. Fault `too_large` if a tarball did come, behind more metadata than a publish may have. */
  end(): unknown {
    const document = this.#sink?.end();
    if (this.#tooLarge && hasAttachment(document)) throw this.#tooLarge;
    return document;
  }

  async #scan(chunk: Buffer): Promise<void> {
    try {
      this.#scanner.push(chunk);
    } catch (error) {
      if (!isFault(error, 'too_large') || this.#scanner.taken.length > 0) throw error;
      const sink = await this.#begin();
      if (sink === undefined) throw error;
      this.#tooLarge = error;
      // The scanner took in the chunk as far as there was room.
      await sink.push(chunk.subarray(this.#scanner.skeleton.length - this.#before));
    }
  }

  /** Hands what has come so far to the sink. */
  async #begin(): Promise<ChangeSink | undefined> {
    const sink = await this.#open?.();
    await sink?.push(this.#scanner.skeleton);
    this.#sink = sink;
    return sink;
  }
}

function hasAttachment(document: unknown): boolean {
  const attachments = (document as Record<string, unknown> | undefined)?.['_attachments'];
  return typeof attachments === 'object' && attachments !== null && Object.keys(attachments).length > 0;
}
