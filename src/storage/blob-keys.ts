import { Fault } from '../kernel/index.ts';
import type { ByteRange } from '../registry/index.ts';

/** No leading dot: names such as `.staging` belong to the adapters. 255 bytes is what file systems allow a name. */
const SEGMENT = /^(?!\.)[A-Za-z0-9._@+~%-]{1,255}$/;

export function isKeySegment(text: string): boolean {
  return SEGMENT.test(text);
}

/** Throws a TypeError if `key` is not as the `Blobs` port describes: whoever made it has a bug. */
export function checkKey(key: string): void {
  if (!key.split('/').every(isKeySegment))
    throw new TypeError(`${JSON.stringify(key)} is not a blob key; make keys with blobKey.`);
}

/** Throws a RangeError unless `range` is two ordered offsets. The end may lie beyond the object: it is clipped. */
export function checkRange({ start, end }: ByteRange): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end)
    throw new RangeError(`The byte range ${start}-${end} must be two whole numbers, the smaller one first.`);
}

export function blobNotFound(key: string, cause?: unknown): Fault {
  return new Fault(
    'not_found',
    `The stored file "${key}" is missing; ask the operator of this server to run "kontor verify".`,
    { cause },
  );
}

/** For a `promote` that comes after `sweepStaged` has taken the bytes. */
export function uploadSwept(): Fault {
  return new Fault(
    'unavailable',
    'The upload stood still for too long and was dropped; please send it again.',
  );
}

/** For whoever reads an upload that was given up before its end. */
export function uploadGivenUp(): Fault {
  return new Fault('unavailable', 'What was being stored was given up before its end; please ask again.');
}
