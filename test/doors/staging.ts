import { Readable } from 'node:stream';
import { Digester, type Digests } from '../../src/kernel/index.ts';
import type { StagedBlob } from '../../src/registry/ports/index.ts';

/** A staged blob that keeps its bytes, for tests of the reader alone. */
export class CollectingBlob implements StagedBlob {
  readonly #chunks: Buffer[] = [];
  discarded = false;

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(chunk));
  }

  async finish(): Promise<Digests> {
    const digester = new Digester();
    digester.update(this.bytes);
    return digester.finish();
  }

  open(): Readable {
    return Readable.from(this.#chunks);
  }

  follow(): Readable {
    throw new Error('Nobody follows a publish.');
  }

  async promote(): Promise<boolean> {
    return true;
  }

  async discard(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.discarded = true;
  }
}

/** Hands out blobs and remembers them. */
export class Staging {
  readonly blobs: CollectingBlob[] = [];

  readonly stage = async (): Promise<StagedBlob> => {
    const blob = new CollectingBlob();
    this.blobs.push(blob);
    return blob;
  };

  get leftovers(): number {
    return this.blobs.filter((blob) => !blob.discarded).length;
  }
}

/** The body in pieces of `size` bytes. */
export async function* pieces(body: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
