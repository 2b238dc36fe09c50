import { describe, expect, test } from 'vitest';
import { reachBucket } from '../../src/storage/s3/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { bucketOptions, bucketVariables } from '../setup/s3.ts';
import { startKontor } from '../setup/server.ts';

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('a server on S3', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;

  test('[A-13] [P-29] [P-35] makes the bucket at its start, with nothing but its name and keys', async () => {
    const gateway = open();
    const bucket = gateway.bucketName();
    await startKontor({ env: bucketVariables(gateway, bucket) });
    const again = await reachBucket(bucketOptions(gateway, { bucket }));
    expect(again.isEmpty).toBe(true);
  });

  test('[P-34] says at its start that a secret is wrong', async () => {
    const gateway = open();
    const env = { ...bucketVariables(gateway, gateway.bucketName()), AWS_SECRET_ACCESS_KEY: 'wrong' };
    await expect(startKontor({ env })).rejects.toThrow(
      /the secret does not belong to the access key: set .*AWS_SECRET_ACCESS_KEY/,
    );
  });

  function open(): CephGateway {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  }
});
