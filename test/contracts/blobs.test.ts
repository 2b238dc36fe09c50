import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openFileBlobs } from '../../src/storage/files/index.ts';
import { memoryBlobs } from '../../src/storage/memory/index.ts';
import { reachBucket } from '../../src/storage/s3/index.ts';
import { startCeph, whyNoCeph } from '../setup/ceph.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { blobsContract } from './blobs.ts';

blobsContract('files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kontor-blobs-'));
  return { blobs: await openFileBlobs(root), close: () => rm(root, { recursive: true }) };
});

blobsContract('memory', async () => ({ blobs: memoryBlobs(), close: async () => {} }));

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('[A-04] through a real S3 gateway', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;
  blobsContract('s3', async () => {
    if (ceph === undefined) throw new Error(noCeph);
    const bucket = await reachBucket({
      bucket: ceph.bucketName(),
      prefix: '',
      region: 'us-east-1',
      endpoint: ceph.endpoint,
      credentials: ceph.user,
      forcePathStyle: true,
      spool: temporaryFolder('spool'),
      // What S3 allows: some of the suite's objects go up in parts.
      partBytes: 5 * 1024 * 1024,
    });
    return { blobs: await bucket.open({ probed: false }), close: async () => {} };
  });
});
