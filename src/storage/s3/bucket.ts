import { isKeySegment } from '../blob-keys.ts';
import { readError } from './errors.ts';
import type { Line } from './line.ts';
import type { Place } from './list.ts';
import type { S3Options } from './options.ts';
import { retrying } from './retry.ts';
import { startFault } from './sentences.ts';

/** Enough that what is not ours, such as a leftover of a probe, does not hide what is. */
const LOOK_AT = 100;

/**
 * Whether the bucket is there and holds blobs. A listing tells that and, unlike HEAD, has a body that says why it was refused.
 * Fault `config_invalid` for anything but a bucket that is ours or absent.
 */
export async function findBucket(
  line: Line,
  { bucket, prefix }: Place,
  options: S3Options,
): Promise<'absent' | 'empty' | 'filled'> {
  const command = new line.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: LOOK_AT });
  try {
    const { Contents = [] } = await line.run((sending) => line.client.send(command, sending));
    const isFilled = Contents.some(({ Key = '' }) =>
      isKeySegment(Key.slice(prefix.length).split('/')[0] ?? ''),
    );
    return isFilled ? 'filled' : 'empty';
  } catch (error) {
    if (readError(error).code === 'NoSuchBucket') return 'absent';
    throw startFault(error, options, 'list the bucket');
  }
}

/** Makes the bucket; that another replica was faster is fine. */
export async function makeBucket(line: Line, { bucket }: Place, options: S3Options): Promise<void> {
  try {
    await create(line, bucket, true);
  } catch (error) {
    // The region may be one that the store knows nothing of and only takes signatures for.
    if (options.endpoint === undefined || !/LocationConstraint/.test(readError(error).code)) {
      throw startFault(error, options, 'make the bucket');
    }
    try {
      await create(line, bucket, false);
    } catch (second) {
      throw startFault(second, options, 'make the bucket');
    }
  }
}

async function create(line: Line, bucket: string, inRegion: boolean): Promise<void> {
  const command = new line.sdk.CreateBucketCommand({ Bucket: bucket });
  if (!inRegion) {
    // After the SDK's own, which adds the region of the client.
    command.middlewareStack.add(
      (next) => (args) => {
        const { CreateBucketConfiguration: _, ...input } = args.input;
        return next({ ...args, input });
      },
      { step: 'initialize', priority: 'low' },
    );
  }
  try {
    // Another replica may be about to make it: then the store wants to be asked again.
    await retrying(() => line.run((sending) => line.client.send(command, sending)));
  } catch (error) {
    // Ours: another replica was faster.
    if (readError(error).code !== 'BucketAlreadyOwnedByYou') throw error;
  }
}
