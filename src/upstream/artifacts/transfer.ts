import { pipeline, Transform, type Readable } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import type { ArtifactTransfer, StagedBlob, StoredArtifact } from '../../registry/index.ts';

/** One file on its way: what those who wait for it know of it, and what they read. */
export class Transfer implements ArtifactTransfer {
  size: number | null = null;
  readonly #begun = Promise.withResolvers<StoredArtifact | Transfer | undefined>();
  readonly #stored = Promise.withResolvers<StoredArtifact>();
  readonly #readers = new Set<Readable>();
  #staged: StagedBlob | undefined;
  #isOver = false;
  #failure: Error | undefined;

  constructor() {
    // Often nobody waits for the one or the other.
    this.#begun.promise.catch(() => {});
    this.#stored.promise.catch(() => {});
  }

  /** Resolves as soon as there is something to answer with; rejects if it failed before. */
  get begun(): Promise<StoredArtifact | Transfer | undefined> {
    return this.#begun.promise;
  }

  get stored(): Promise<StoredArtifact> {
    return this.#stored.promise;
  }

  /** From now on it may be read. `size` as in `ArtifactTransfer`. */
  begin(staged: StagedBlob, size: number | null): void {
    if (this.#staged) return;
    this.#staged = staged;
    this.size = size;
    this.#begun.resolve(this);
  }

  /** It is stored, or is nowhere. */
  end(artifact: StoredArtifact | undefined): void {
    if (artifact === undefined && this.#staged) return this.fail(takenAway());
    this.#isOver = true;
    this.#begun.resolve(artifact);
    if (artifact) this.#stored.resolve(artifact);
  }

  fail(cause: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#failure = error;
    this.#begun.reject(error);
    this.#stored.reject(error);
    // At once: to send the rest of what is known to be wrong helps nobody.
    for (const reader of this.#readers) reader.destroy(error);
  }

  open(): Readable | undefined {
    if (this.#failure) throw this.#failure;
    if (this.#isOver || !this.#staged) return undefined;
    const reader = this.#heldBack();
    this.#readers.add(reader);
    reader.once('close', () => this.#readers.delete(reader));
    // Whoever reads gets an error from reading; who does not yet, or not any more, needs none.
    reader.on('error', () => {});
    pipeline(this.#staged.follow(), reader, () => {});
    return reader;
  }

  /** Passes on what comes, but for the last of it: that comes when the whole is known to be right and to stay. */
  #heldBack(): Transform {
    const { size, stored } = this;
    let received = 0;
    let held: Buffer | undefined;
    return new Transform({
      // What waits for a slow reader waits in the file.
      readableHighWaterMark: 1,
      writableHighWaterMark: 1,
      transform(chunk: Buffer, _encoding, done) {
        if (held) this.push(held);
        received += chunk.length;
        // Where no size was promised, any chunk may be the last.
        held = size === null || received >= size ? chunk : undefined;
        if (!held) this.push(chunk);
        done();
      },
      flush(done) {
        stored.then(() => done(null, held), done);
      },
    });
  }
}

/** Somebody removed or blocked it in the very moment. */
function takenAway(): Fault {
  return new Fault(
    'unavailable',
    'The file was removed while it came from the upstream registry; ask again.',
  );
}
