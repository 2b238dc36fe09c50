import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../kernel/index.ts';
import type { Blobs } from '../registry/index.ts';
import { fileMarker, openFileBlobs, type StoreMarker } from '../storage/files/index.ts';
import type { Values } from './config/index.ts';
import { refuseOthersStorage } from './store-marker.ts';

/** Where blobs are kept, before anything is made there. */
export interface BlobStorage {
  /** For people: `/srv/kontor/blobs`, `the bucket packages`. */
  name: string;
  /** True if no blob is there, or no such place. */
  isEmpty: boolean;
  /** Says whose the blobs are. */
  marker: StoreMarker;
  /** Makes what is missing. `probed`: for a server, which tries first whether the store keeps what it relies on. */
  open(options: { probed: boolean }): Promise<Blobs>;
}

/** Reaches the place that the settings name. Fault `config_invalid` if a store on the network does not let us in. */
export async function reachStorage(values: Values): Promise<BlobStorage> {
  const { storage } = values;
  if (storage.kind === 'files') {
    const { path } = storage;
    return {
      name: path,
      isEmpty: await isEmptyFolder(path),
      marker: fileMarker(path),
      open: () => openFileBlobs(path),
    };
  }
  // Who keeps files does not pay for the client of an object store.
  const { reachBucket } = await import('../storage/s3/index.ts');
  const { s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = values;
  const { isEmpty, marker, open } = await reachBucket({
    bucket: storage.bucket,
    prefix: storage.prefix,
    region: values.s3Region,
    endpoint: values.s3Endpoint,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken: values.s3SessionToken },
    forcePathStyle: values.s3ForcePathStyle ?? values.s3Endpoint !== undefined,
    spool: join(values.data, 'spool'),
  });
  return { name: `the bucket ${storage.bucket}`, isEmpty, marker, open };
}

/**
 * Blobs for a command beside a running server: a bucket is reached when the command asks for bytes, which most do not. So
 * they take no longer than with files, and work while the store is down. Fault `config_invalid` then for a bucket of another store.
 */
export function deferBlobs(values: Values, storeId: string): Blobs {
  let opened: Promise<Blobs> | undefined;
  const reach = async () => {
    const storage = await reachStorage(values);
    await refuseOthersStorage(storage, storeId);
    return storage.open({ probed: false });
  };
  const blobs = () => (opened ??= reach());
  return {
    stage: async () => (await blobs()).stage(),
    size: async (key) => (await blobs()).size(key),
    open: async (key, range) => (await blobs()).open(key, range),
    remove: async (key) => (await blobs()).remove(key),
    list: async function* list() {
      yield* (await blobs()).list();
    },
    sweepStaged: async (before) => (await blobs()).sweepStaged(before),
  };
}

async function isEmptyFolder(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}
