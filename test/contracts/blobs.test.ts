import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileBlobs } from '../../src/storage/files/index.ts';
import { memoryBlobs } from '../../src/storage/memory/index.ts';
import { blobsContract } from './blobs.ts';

blobsContract('files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kontor-blobs-'));
  return { blobs: await openFileBlobs(root), close: () => rm(root, { recursive: true }) };
});

blobsContract('memory', async () => ({ blobs: memoryBlobs(), close: async () => {} }));
