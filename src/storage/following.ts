import { Readable } from 'node:stream';

/** Bytes of a chunk at most. */
const CHUNK = 64 * 1024;

/** Reads `length` bytes that are written already, from `position`; the chunk is the reader's. */
export type ReadWritten = (position: number, length: number) => Promise<Buffer>;

/** How far the writing of an upload has come, and who reads behind it. */
export class Growth {
  readonly #followers = new Set<Follower>();
  #written = 0;
  #ended = false;

  get written(): number {
    return this.#written;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** So many bytes more can be read. */
  advance(bytes: number): void {
    this.#written += bytes;
    this.#wake();
  }

  /** There will be no more. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** There will be no more although there should: whoever has not read it all is told so. */
  break(error: Error): void {
    for (const follower of this.#followers) follower.destroy(error);
  }

  /** Reads from the first byte on. `released` is called once, when the reader is through or has given up. */
  follow(read: ReadWritten, released: () => void): Readable {
    const follower = new Follower(this, read, () => {
      this.#followers.delete(follower);
      released();
    });
    this.#followers.add(follower);
    return follower;
  }

  #wake(): void {
    for (const follower of this.#followers) follower.wake();
  }
}

class Follower extends Readable {
  readonly #growth: Growth;
  readonly #readWritten: ReadWritten;
  readonly #released: () => void;
  #position = 0;
  #isWaiting = false;

  constructor(growth: Growth, read: ReadWritten, released: () => void) {
    // One chunk at a time: what waits for a slow reader waits in the file, not in memory.
    super({ highWaterMark: 1 });
    this.#growth = growth;
    this.#readWritten = read;
    this.#released = released;
  }

  wake(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#step();
  }

  override _read(): void {
    this.#step();
  }

  #step(): void {
    const length = Math.min(CHUNK, this.#growth.written - this.#position);
    if (length === 0) {
      if (this.#growth.ended) this.push(null);
      else this.#isWaiting = true;
      return;
    }
    this.#readWritten(this.#position, length).then(
      (chunk) => {
        this.#position += chunk.length;
        this.push(chunk);
      },
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isWaiting = false;
    this.#released();
    done(error);
  }
}
