import { createHash, randomUUID } from 'node:crypto';
import type { StagedBytes } from '../staged-file.ts';
import { readError } from './errors.ts';
import { pieceOf, sendPiece, signedFor } from './piece.ts';
import { MARK, markOf, put, type Target } from './put.ts';

/** S3 takes at most so many parts. */
const MOST_PARTS = 10_000;
const MEBI = 1024 * 1024;
const SHA256_OF_NOTHING = createHash('sha256').digest('hex');

/**
 * Writes the staged bytes under the key unless there is an object; false if there is. Errors come as the SDK's.
 */
export async function upload(target: Target, staged: StagedBytes, partBytes: number): Promise<boolean> {
  const { size, sha256 } = staged.digests;
  const mark = randomUUID();
  if (size <= partBytes) return put(target, { staged, start: 0, end: size, sha256 }, mark);
  // `put` would find out, but only after all parts have gone up in vain.
  if ((await markOf(target)) !== undefined) return false;
  return uploadParts(target, staged, partBytes, mark);
}

/**
 * Parts are nowhere to be seen before the request that completes them. Few stores take a condition with that one, so
 * the key is claimed before it, by an empty object that is written as `put` writes; completion replaces our own claim and
 * nothing else. Readers do not meet the claim, as no row names a key whose promotion is under way.
 *
 * A claim is never taken back: a store may finish a completion long after we stopped waiting, and somebody else's
 * object would lie under the key by then. What remains is an empty object that no row names; the next publish takes
 * another key, and the sweeper takes the object.
 */
async function uploadParts(
  target: Target,
  staged: StagedBytes,
  partBytes: number,
  mark: string,
): Promise<boolean> {
  const begun = await begin(target, mark);
  let isClaimed = false;
  try {
    const parts = await sendParts(target, begun, staged, partBytes);
    isClaimed = await put(target, { staged, start: 0, end: 0, sha256: SHA256_OF_NOTHING }, mark);
    if (isClaimed) await complete(target, begun, parts, staged.digests.size);
  } catch (error) {
    await giveUp(target, begun);
    throw error;
  }
  if (!isClaimed) await giveUp(target, begun);
  return isClaimed;
}

interface MultipartUpload {
  Bucket: string;
  Key: string;
  UploadId: string | undefined;
}

interface Part {
  PartNumber: number;
  ETag: string | undefined;
}

async function begin({ line, bucket, key }: Target, mark: string): Promise<MultipartUpload> {
  const { UploadId } = await line.run((sending) =>
    line.client.send(
      new line.sdk.CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ContentType: 'application/octet-stream',
        Metadata: { [MARK]: mark },
      }),
      sending,
    ),
  );
  return { Bucket: bucket, Key: key, UploadId };
}

/** One after the other: an upload takes one connection, and of memory what one chunk takes. */
async function sendParts(
  { line }: Target,
  begun: MultipartUpload,
  staged: StagedBytes,
  partBytes: number,
): Promise<Part[]> {
  const { size } = staged.digests;
  const length = Math.max(partBytes, Math.ceil(size / MOST_PARTS / MEBI) * MEBI);
  const parts: Part[] = [];
  for (let start = 0; start < size; start += length) {
    const PartNumber = parts.length + 1;
    const piece = await pieceOf(staged, start, Math.min(size, start + length));
    const { ETag } = await sendPiece(line, piece, (Body, sending) => {
      const ContentLength = piece.end - piece.start;
      const command = new line.sdk.UploadPartCommand({ ...begun, PartNumber, Body, ContentLength });
      command.middlewareStack.add(signedFor(piece), { step: 'build' });
      return line.client.send(command, sending);
    });
    parts.push({ PartNumber, ETag });
  }
  return parts;
}

async function complete(
  { line, bucket, key }: Target,
  begun: MultipartUpload,
  parts: Part[],
  size: number,
): Promise<void> {
  try {
    const command = new line.sdk.CompleteMultipartUploadCommand({
      ...begun,
      MultipartUpload: { Parts: parts },
    });
    // The store may put the object together byte by byte before it answers.
    await line.run((sending) => line.client.send(command, sending), line.patience * 4);
  } catch (error) {
    if (readError(error).code !== 'NoSuchUpload') throw error;
    // The answer to an attempt before may have been lost on its way: then our claim has been replaced.
    const { ContentLength } = await line.run((sending) =>
      line.client.send(new line.sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), sending),
    );
    if (ContentLength !== size) throw error;
  }
}

/** Frees the parts, as far as the store lets us: what remains, the sweeper takes. */
async function giveUp({ line }: Target, begun: MultipartUpload): Promise<void> {
  const command = new line.sdk.AbortMultipartUploadCommand(begun);
  await line.run((sending) => line.client.send(command, sending)).catch(() => undefined);
}
