import type { Readable } from 'node:stream';
import type { Digests } from '../../kernel/index.ts';

/** Part of a blob: bytes from `start` to `end`, both inclusive, as in RFC 9110 section 14.1.2. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Bytes on their way in. Nothing is visible under a key before `promote`; `discard` may be called at any time, also
 * after `promote`, and then only forgets the staged copy. Write errors reject the promise of the write that met them.
 */
export interface StagedBlob {
  /** Resolves when the chunk is taken; awaiting it is the back-pressure. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the writing, once. Digests were computed on the way through. */
  finish(): Promise<Digests>;
  /** Reads the staged bytes, any number of times, after `finish`. The chunks are the reader's, to change or free. */
  open(): Readable;
  /**
   * Reads the bytes from the first one on, also those that are still to be written, at the reader's own pace; ends where
   * `finish` ended the writing. May be called at any time before `discard`, any number of times. A reader that has begun
   * reads on after `promote` and `discard`; only a `discard` before `finish` breaks it off with an error. Chunks as of `open`.
   */
  follow(): Readable;
  /**
   * Makes the staged bytes durable under `key` without ever overwriting: false if `key` exists, whatever it holds.
   * When it resolves to true, the bytes and their name survive a power cut (files: fsync of file and of every folder
   * whose entry changed).
   */
  promote(key: string): Promise<boolean>;
  discard(): Promise<void>;
}

/** A stored object as listings show it. */
export interface BlobInfo {
  key: string;
  size: number;
  /** When its bytes were written or, if later, when it got this name; milliseconds. */
  changedAt: number;
}

/**
 * Where bytes live. Keys are `/`-separated segments of `[A-Za-z0-9._@+~%-]` as `blobKey` makes them, no segment empty, `.` or
 * `..`; a key names one object for ever: what is removed is never written again under that key (the catalogue's blob
 * rows see to that). Concurrent use by several processes is safe.
 */
export interface Blobs {
  /** Begins an upload. */
  stage(): Promise<StagedBlob>;
  /** Size in bytes, or undefined if there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** Streams an object or a part of it, in chunks that are the reader's. Rejects with Fault `not_found` before the first byte if it is not there. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  /** Removes an object; removing what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Every object, in no particular order. */
  list(): AsyncIterable<BlobInfo>;
  /** Removes staged uploads that nobody has written to since `before` (milliseconds); returns how many. */
  sweepStaged(before: number): Promise<number>;
}
