import { isMissing, isTaken } from './errors.ts';
import type { Line } from './line.ts';
import { sendPiece, signedFor, type Piece } from './piece.ts';

/** Metadata by which an upload whose answer was lost is known again. */
export const MARK = 'kontor-upload';

/** Where an upload goes; `key` is the whole key, with the prefix. */
export interface Target {
  line: Line;
  bucket: string;
  key: string;
}

/** Writes the key if it is free, in one request: the store decides between all who try at once. False if it is taken. */
export async function put({ line, bucket, key }: Target, piece: Piece, mark: string): Promise<boolean> {
  try {
    return await sendPiece(line, piece, async (Body, sending, attempt) => {
      const command = new line.sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body,
        ContentLength: piece.end - piece.start,
        ContentType: 'application/octet-stream',
        IfNoneMatch: '*',
        Metadata: { [MARK]: mark },
      });
      command.middlewareStack.add(signedFor(piece), { step: 'build' });
      try {
        await line.client.send(command, sending);
        return true;
      } catch (error) {
        // The answer to an attempt before may have been lost on its way.
        if (isTaken(error) && attempt > 1) return (await markOf({ line, bucket, key })) === mark;
        throw error;
      }
    });
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

/** The mark of the object under the key: empty if it has none, undefined if there is no object. */
export async function markOf({ line, bucket, key }: Target): Promise<string | undefined> {
  try {
    const { Metadata } = await line.run((sending) =>
      line.client.send(new line.sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), sending),
    );
    return Metadata?.[MARK] ?? '';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
