import type { StoreMarker } from '../store-marker.ts';
import { isMissing, isTaken, readError } from './errors.ts';
import type { Line } from './line.ts';
import type { Place } from './list.ts';
import type { S3Options } from './options.ts';
import { retrying } from './retry.ts';
import { startFault } from './sentences.ts';

/**
 * The marker of a bucket or a part of one: the object `<prefix>.kontor/store`, which no blob can be. Faults
 * `config_invalid`, as those of the start.
 */
export function bucketMarker(line: Line, { bucket, prefix }: Place, options: S3Options): StoreMarker {
  const object = { Bucket: bucket, Key: `${prefix}.kontor/store` };
  const { GetObjectCommand, PutObjectCommand } = line.sdk;
  return {
    name: `s3://${object.Bucket}/${object.Key}`,
    read: async () => {
      try {
        return await line.run(async (sending) => {
          const { Body } = await line.client.send(new GetObjectCommand(object), sending);
          return ((await Body?.transformToString()) ?? '').trim();
        });
      } catch (error) {
        if (isMissing(error) || readError(error).code === 'NoSuchBucket') return undefined;
        throw startFault(error, options, 'read objects');
      }
    },
    write: async (storeId) => {
      const command = new PutObjectCommand({
        ...object,
        Body: `${storeId}\n`,
        ContentType: 'text/plain',
        IfNoneMatch: '*',
      });
      try {
        // A store may ask the one of two writers at once to come again.
        await retrying(() => line.run((sending) => line.client.send(command, sending)));
        return true;
      } catch (error) {
        // Perhaps by ourselves, if the answer to the first attempt was lost: it holds our id then.
        if (isTaken(error)) return false;
        throw startFault(error, options, 'write objects');
      }
    },
  };
}
