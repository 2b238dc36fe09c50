import { describe, expect, test } from 'vitest';
import { reachBucket } from '../../src/storage/s3/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { startKontor } from '../setup/server.ts';

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('a server on S3', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;

  test('[A-13] [P-29] [P-35] makes the bucket at its start, with nothing but its name and keys', async () => {
    const gateway = open();
    const bucket = gateway.bucketName();
    await startKontor({ env: s3(gateway, bucket) });
    const again = await reachBucket({
      bucket,
      prefix: '',
      region: 'us-east-1',
      endpoint: gateway.endpoint,
      credentials: gateway.user,
      forcePathStyle: true,
      spool: temporaryFolder('spool'),
    });
    expect(again.isEmpty).toBe(true);
  });

  test('[P-34] says at its start that a secret is wrong', async () => {
    const gateway = open();
    const env = { ...s3(gateway, gateway.bucketName()), AWS_SECRET_ACCESS_KEY: 'wrong' };
    await expect(startKontor({ env })).rejects.toThrow(
      /the secret does not belong to the access key: set .*AWS_SECRET_ACCESS_KEY/,
    );
  });

  function open(): CephGateway {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  }
});

function s3({ endpoint, user }: CephGateway, bucket: string): Record<string, string> {
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: user.accessKeyId,
    AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
  };
}
