import type { BlobInfo } from '../../registry/index.ts';
import { isKeySegment } from '../blob-keys.ts';
import { isMissing, readError, storageFault } from './errors.ts';
import type { Line } from './line.ts';

/** What of a bucket is ours. */
export interface Place {
  bucket: string;
  /** What all keys begin with: empty, or segments that each end in a slash. */
  prefix: string;
}

/** Every object that a key can name, a page of the store at a time. Others, such as what an operator has put there, are passed over. */
export async function* listObjects(
  line: Line,
  { bucket, prefix }: Place,
): AsyncGenerator<BlobInfo, void, undefined> {
  let token: string | undefined;
  do {
    const command = new line.sdk.ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ContinuationToken: token,
    });
    const page = await line.ask((sending) => line.client.send(command, sending));
    // Of what has no time nobody knows that it is old enough to be swept.
    const now = Date.now();
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      const key = Key.slice(prefix.length);
      if (!isKey(key)) continue;
      yield { key, size: Size, changedAt: LastModified?.getTime() ?? now };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Ends uploads in parts of blobs that were begun before `before` and neither completed nor given up; returns how many. */
export async function dropUploads(line: Line, { bucket, prefix }: Place, before: number): Promise<number> {
  let dropped = 0;
  for await (const { Key, UploadId, Initiated } of uploads(line, bucket, prefix)) {
    if (!isKey((Key ?? '').slice(prefix.length))) continue;
    if (Initiated === undefined || Initiated.getTime() >= before) continue;
    const command = new line.sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
    try {
      await line.run((sending) => line.client.send(command, sending));
      dropped += 1;
    } catch (error) {
      // Its uploader, or the sweeper of another process, was faster.
      if (!isMissing(error) && readError(error).code !== 'NoSuchUpload') throw storageFault(error);
    }
  }
  return dropped;
}

function isKey(key: string): boolean {
  return key.split('/').every(isKeySegment);
}

async function* uploads(line: Line, bucket: string, prefix: string) {
  let marker: { KeyMarker: string | undefined; UploadIdMarker: string | undefined } | undefined;
  do {
    const command = new line.sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker });
    const page = await line.ask((sending) => line.client.send(command, sending));
    yield* page.Uploads ?? [];
    marker = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      : undefined;
  } while (marker !== undefined);
}
