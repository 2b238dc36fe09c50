import type { FastifyReply, FastifyRequest } from 'fastify';
import { HotBlobs, type Blobs, type ByteRange } from '../registry/index.ts';
import { isCurrent } from './etag.ts';
import { describeFile, etagOf, type FileLook, type StoredFile } from './file-look.ts';
import { parseRange } from './range.ts';
import { sendBytes } from './send-bytes.ts';

/** What goes with the sending of a file. */
export interface FileUse {
  /** Called for every download that begins. */
  count: () => void;
  /** True as long as the answer is the right one to somebody without credentials, as `Repeatable.holds`; undefined: who knows. */
  holds?: (() => boolean) | undefined;
}

/** Sends stored files to whoever may have them: that is for the caller to have asked. One for all doors, since it keeps small files in memory. */
export class FileSender {
  readonly #blobs: Blobs;
  readonly #hot: HotBlobs;

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
    this.#hot = new HotBlobs(blobs);
  }

  /** Answers a HEAD request. */
  head(reply: FastifyReply, file: StoredFile, look: FileLook): FastifyReply {
    return describeFile(reply, file, look).header('content-length', file.size).send();
  }

  /**
   * Answers a GET request: all of the file or one range of it, 304 to whoever has it (RFC 9110 sections 13.1.2 and 14). Rejects with
   * Fault `not_found` if the bytes are lost.
   */
  async get(
    request: FastifyRequest,
    reply: FastifyReply,
    { file, look, use }: { file: StoredFile; look: FileLook; use: FileUse },
  ): Promise<FastifyReply> {
    if (isCurrent(request.headers['if-none-match'], etagOf(file, look))) {
      return describeFile(reply, file, look).code(304).send();
    }
    const range = parseRange(request.headers.range, file.size);
    if (range === 'unsatisfiable') {
      return reply.code(416).header('content-range', `bytes */${file.size}`).send();
    }
    // Read or opened before anything is said of it: a lost file must not look like an empty one, nor its error be kept for a year.
    const bytes = await this.#hot.read(file.key, file.size);
    const stream = bytes ? undefined : await this.#blobs.open(file.key, range);
    describeFile(reply, file, look);
    // Whoever goes on where a download broke off was counted when it began.
    if (range === undefined || range.start === 0) use.count();
    if (range !== undefined) reply.code(206).header('content-range', contentRange(range, file.size));
    else if (bytes && use.holds) {
      request.repeatable = { holds: use.holds, body: bytes, onRepeat: use.count };
    }
    reply.header('content-length', range ? range.end - range.start + 1 : file.size);
    if (stream) return sendBytes(reply, stream);
    return reply.send(range ? bytes?.subarray(range.start, range.end + 1) : bytes);
  }
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}
