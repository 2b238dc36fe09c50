import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BlobInfo, Blobs, ByteRange, StagedBlob } from '../../registry/index.ts';
import { blobNotFound, checkKey, checkRange, uploadSwept } from '../blob-keys.ts';
import { stageFile } from '../staged-file.ts';
import { isThere, sweepFolder } from '../staging-folder.ts';
import { isMissing, readError, storageFault } from './errors.ts';
import type { Line } from './line.ts';
import { dropUploads, listObjects, type Place } from './list.ts';
import { upload } from './upload.ts';
import { WatchedBody } from './watched.ts';

/** Larger objects go up in parts of this many bytes. What a broken connection costs is one of them. */
const PART_BYTES = 16 * 1024 * 1024;

/** Blobs as objects of a bucket: the object `key` is `<prefix><key>`, an upload a file of the spool folder. */
export class S3Blobs implements Blobs {
  readonly #line: Line;
  readonly #place: Place;
  readonly #spool: string;
  readonly #partBytes: number;

  constructor(line: Line, place: Place, spool: string, partBytes = PART_BYTES) {
    this.#line = line;
    this.#place = place;
    this.#spool = spool;
    this.#partBytes = partBytes;
  }

  stage(): Promise<StagedBlob> {
    return stageFile(join(this.#spool, randomUUID()), async (staged, key) => {
      const { Bucket, Key } = this.#object(key);
      // What the sweeper has taken is dropped, although the bytes could still be read.
      if (!(await isThere(staged.path))) throw uploadSwept();
      try {
        return await upload({ line: this.#line, bucket: Bucket, key: Key }, staged, this.#partBytes);
      } catch (error) {
        throw storageFault(error);
      }
    });
  }

  async size(key: string): Promise<number | undefined> {
    const { client, sdk } = this.#line;
    const command = new sdk.HeadObjectCommand(this.#object(key));
    try {
      return (await this.#line.run((sending) => client.send(command, sending))).ContentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storageFault(error);
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    if (range) checkRange(range);
    const { reader, sdk, patience } = this.#line;
    let tag: string | undefined;
    const bytesFrom = async (passed: number): Promise<Readable> => {
      const start = (range?.start ?? 0) + passed;
      if (start > (range?.end ?? Infinity)) return nothing();
      const command = new sdk.GetObjectCommand({
        ...this.#object(key),
        ...(range || passed > 0 ? { Range: `bytes=${start}-${range?.end ?? ''}` } : {}),
        IfMatch: tag,
      });
      try {
        const { Body, ETag } = await this.#line.run((sending) => reader.send(command, sending));
        if (!(Body instanceof Readable)) throw new Error('The answer has no body.');
        tag = ETag;
        return Body;
      } catch (error) {
        // The range begins beyond the end.
        if (readError(error).status === 416) return nothing();
        throw error;
      }
    };
    try {
      return new WatchedBody(await bytesFrom(0), patience, bytesFrom);
    } catch (error) {
      if (isMissing(error)) throw blobNotFound(key, new Error(readError(error).message));
      throw storageFault(error);
    }
  }

  async remove(key: string): Promise<void> {
    const { client, sdk } = this.#line;
    const command = new sdk.DeleteObjectCommand(this.#object(key));
    try {
      await this.#line.run((sending) => client.send(command, sending));
    } catch (error) {
      if (!isMissing(error)) throw storageFault(error);
    }
  }

  list(): AsyncIterable<BlobInfo> {
    return listObjects(this.#line, this.#place);
  }

  async sweepStaged(before: number): Promise<number> {
    return (await sweepFolder(this.#spool, before)) + (await dropUploads(this.#line, this.#place, before));
  }

  #object(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
  }
}

function nothing(): Readable {
  return Readable.from([], { objectMode: false });
}
