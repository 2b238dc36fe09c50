import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { StagedBytes } from '../staged-file.ts';
import type { Line, Sending } from './line.ts';
import { retrying } from './retry.ts';

/** A piece of staged bytes, from `start` to before `end`. */
export interface Piece {
  staged: StagedBytes;
  start: number;
  end: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Reads it from the disk, so that no piece is ever in memory as a whole. */
export async function pieceOf(staged: StagedBytes, start: number, end: number): Promise<Piece> {
  const hash = createHash('sha256');
  for await (const chunk of staged.read(start, end)) hash.update(chunk);
  return { staged, start, end, sha256: hash.digest('hex') };
}

/**
 * Sends a piece, again where that may help; `attempt` counts from 1. Breaks off when the store takes nothing for as long as
 * the line is patient, however large the piece is.
 */
export async function sendPiece<T>(
  line: Line,
  { staged, start, end }: Piece,
  request: (body: Readable, sending: Sending, attempt: number) => Promise<T>,
): Promise<T> {
  return retrying((attempt) =>
    line.run(async (sending, progress) => {
      const body = Readable.from(reported(staged.read(start, end), progress), { objectMode: false });
      // A request whose body breaks would wait for the rest.
      const broken = new Promise<never>((_, reject) => body.once('error', reject));
      try {
        return await Promise.race([request(body, sending, attempt), broken]);
      } finally {
        body.destroy();
      }
    }),
  );
}

async function* reported(chunks: AsyncIterable<Buffer>, progress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    progress();
    yield chunk;
  }
}

/**
 * Middleware that signs a request for content with this SHA-256, as AWS Signature Version 4 has it for payloads
 * (`x-amz-content-sha256`): a store that checks signatures refuses content that was changed on its way. Of a stream the
 * SDK would sign nothing.
 */
export function signedFor({ sha256 }: Pick<Piece, 'sha256'>) {
  return <Args extends { request: unknown }, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      const { request } = args;
      if (hasHeaders(request)) request.headers['x-amz-content-sha256'] = sha256;
      return next(args);
    };
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}
