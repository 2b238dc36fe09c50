import { randomUUID } from 'node:crypto';
import { Fault } from '../../kernel/index.ts';
import { isTaken, readError } from './errors.ts';
import type { Line } from './line.ts';
import type { Place } from './list.ts';
import type { S3Options } from './options.ts';
import { nameOf, startFault } from './sentences.ts';

/**
 * Writes one object twice with `If-None-Match: *`, of which the second must be refused: two publishes at once may never overwrite
 * each other's bytes, and only the store can decide between them. Tries also whether the key may write and remove. The
 * object's name is none that a blob can have. Fault `config_invalid`.
 */
export async function probe(line: Line, { bucket, prefix }: Place, options: S3Options): Promise<void> {
  const { PutObjectCommand, DeleteObjectCommand } = line.sdk;
  const object = { Bucket: bucket, Key: `${prefix}.kontor/probe-${randomUUID()}` };
  const write = () =>
    line.run((sending) =>
      line.client.send(new PutObjectCommand({ ...object, Body: 'probe', IfNoneMatch: '*' }), sending),
    );
  try {
    // Refused already: the SDK has sent it twice, as the first answer was lost on its way.
    await isRefused(write);
    if (await isRefused(write)) return;
  } catch (error) {
    if (readError(error).status === 501) throw cannot(options);
    throw startFault(error, options, 'write objects');
  } finally {
    await line
      .run((sending) => line.client.send(new DeleteObjectCommand(object), sending))
      .catch((error: unknown) => {
        throw startFault(error, options, 'remove objects');
      });
  }
  throw cannot(options);
}

async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (isTaken(error)) return true;
    throw error;
  }
}

function cannot(options: S3Options): Fault {
  return new Fault(
    'config_invalid',
    `${nameOf(options)} cannot be used: its store overwrites objects although it is asked not to (If-None-Match: *), so two publishes at once could damage each other. Use one that supports conditional writes.`,
  );
}
