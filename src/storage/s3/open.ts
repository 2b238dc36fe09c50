import { resolve } from 'node:path';
import { makeFolders } from '../../kernel/index.ts';
import type { Blobs } from '../../registry/index.ts';
import type { StoreMarker } from '../store-marker.ts';
import { S3Blobs } from './blobs.ts';
import { findBucket, makeBucket } from './bucket.ts';
import { openLine } from './line.ts';
import { bucketMarker } from './marker.ts';
import type { S3Options } from './options.ts';
import { probe } from './probe.ts';

/** As the folders of the file store: packages can be private. */
const FOLDER_MODE = 0o750;

/** A bucket that our keys open, or that is still to be made. */
export interface ReachedBucket {
  /** True if it holds no blob, or does not exist. */
  isEmpty: boolean;
  marker: StoreMarker;
  /** Makes what is missing. `probed` tries first whether the store keeps what we rely on. Fault `config_invalid`. */
  open(options: { probed: boolean }): Promise<Blobs>;
}

/**
 * Reaches the store, with the keys that it is given. Fault `config_invalid`, with a sentence for the operator, if it cannot be
 * reached or does not let us in.
 */
export async function reachBucket(options: S3Options): Promise<ReachedBucket> {
  const { bucket, prefix, partBytes } = options;
  const place = { bucket, prefix };
  const spool = resolve(options.spool);
  const line = await openLine(options, options.patience, options.connections);
  const found = await findBucket(line, place, options);
  return {
    isEmpty: found !== 'filled',
    marker: bucketMarker(line, place, options),
    open: async ({ probed }) => {
      await makeFolders(spool, FOLDER_MODE);
      if (found === 'absent') await makeBucket(line, place, options);
      if (probed) await probe(line, place, options);
      return new S3Blobs(line, place, spool, partBytes);
    },
  };
}
