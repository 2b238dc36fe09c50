import { reachBucket, type S3Options } from '../../src/storage/s3/index.ts';
import type { Blobs } from '../../src/registry/index.ts';
import type { CephGateway } from './ceph.ts';
import { temporaryFolder } from './resources.ts';

/** A bucket of the gateway, which need not be there yet, and a spool folder of its own. */
export function bucketOptions(ceph: CephGateway, options: Partial<S3Options> = {}): S3Options {
  return {
    bucket: ceph.bucketName(),
    prefix: '',
    region: 'us-east-1',
    endpoint: ceph.endpoint,
    credentials: ceph.user,
    forcePathStyle: true,
    spool: temporaryFolder('spool'),
    // What S3 allows at least.
    partBytes: 5 * 1024 * 1024,
    ...options,
  };
}

export async function openBucket(options: S3Options): Promise<Blobs> {
  return (await reachBucket(options)).open({ probed: false });
}

/** Stores the content under the key; false if that is taken. */
export async function put(blobs: Blobs, key: string, content: string | Uint8Array): Promise<boolean> {
  const staged = await blobs.stage();
  try {
    await staged.write(Buffer.from(content));
    await staged.finish();
    return await staged.promote(key);
  } finally {
    await staged.discard();
  }
}

/** The variables by which a server finds the bucket, as the seeds have them. */
export function bucketVariables({ endpoint, user }: CephGateway, bucket: string): Record<string, string> {
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: user.accessKeyId,
    AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
  };
}
