import { isKeySegment } from '../blob-keys.ts';
import { isPassing, readError } from './errors.ts';
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
  try {
    const { Contents = [] } = await list(line, { bucket, prefix });
    const isFilled = Contents.some(({ Key = '' }) =>
      isKeySegment(Key.slice(prefix.length).split('/')[0] ?? ''),
    );
    return isFilled ? 'filled' : 'empty';
  } catch (error) {
    if (readError(error).code === 'NoSuchBucket') return 'absent';
    throw startFault(error, options, 'list the bucket');
  }
}

function list(line: Line, { bucket, prefix }: Place) {
  const command = new line.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: LOOK_AT });
  return line.run((sending) => line.client.send(command, sending));
}

/** Makes the bucket; that another replica was faster is fine. */
export async function makeBucket(line: Line, place: Place, options: S3Options): Promise<void> {
  try {
    await create(line, place, true);
  } catch (error) {
    // The region may be one that the store knows nothing of and only takes signatures for.
    if (options.endpoint === undefined || !/LocationConstraint/.test(readError(error).code)) {
      throw startFault(error, options, 'make the bucket');
    }
    try {
      await create(line, place, false);
    } catch (second) {
      throw startFault(second, options, 'make the bucket');
    }
  }
}

async function create(line: Line, place: Place, inRegion: boolean): Promise<void> {
  const command = new line.sdk.CreateBucketCommand({ Bucket: place.bucket });
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
    const { code } = readError(error);
    // Ours: another replica was faster.
    if (code === 'BucketAlreadyOwnedByYou') return;
    if (code !== 'BucketAlreadyExists' || !(await opensSoon(line, place))) throw error;
  }
}

/**
 * Whether our keys list a bucket that the store has just called somebody else's. Ceph calls one so that another replica is
 * making at this moment, and may for a moment not list it either.
 */
async function opensSoon(line: Line, place: Place): Promise<boolean> {
  try {
    await retrying(
      () => list(line, place),
      (error) => isPassing(error) || readError(error).code === 'NoSuchBucket',
    );
    return true;
  } catch {
    return false;
  }
}
