import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PutBucketLifecycleConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { S3Storage } from '../../src/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { packageTarball, register } from '../setup/publish.ts';
import { bucketVariables } from '../setup/s3.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const noCeph = await whyNoCeph();
const DAY = 86_400_000;

describe.skipIf(noCeph !== undefined)('previews of commits on S3', () => {
  let gateway: CephGateway;
  let bucket: string;
  let objects: S3Storage;
  let server: RunningKontor;
  let token: string;

  beforeAll(async () => {
    gateway = await startCeph();
    bucket = gateway.bucketName();
    objects = new S3Storage(bucket, { endpoint: gateway.endpoint, credentials: gateway.user });
    server = await startKontor({
      env: { ...bucketVariables(gateway, bucket), KONTOR_SWEEP_INTERVAL: '200ms' },
    });
    token = await register(server, 'anna');
  });

  async function preview(sha: string, name: string): Promise<string> {
    // Too large to be answered from memory.
    const tarball = await packageTarball(name, '1.0.0', { 'package/noise': randomBytes(2_000_000) });
    const form = new FormData();
    form.append('sha', sha);
    form.append('repository', 'https://github.com/org/repo');
    form.append(`package:${name}`, new Blob([new Uint8Array(tarball)]), 'package.tgz');
    const headers = { authorization: `Bearer ${token}` };
    const published = await fetch(`${server.url}/publish/commit`, { method: 'POST', headers, body: form });
    expect({ status: published.status, text: await published.text() }).toMatchObject({ status: 201 });
    const url = `${server.url}/commits/${sha}/${name}/tarball`;
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(tarball)).toBe(true);
    return url;
  }

  test('[P-53] lie below commits/, where a rule of the bucket may expire them: then they are 404', async () => {
    const sha = 'abc1234def5678';
    const url = await preview(sha, 'my-package');
    const keys = await objects.list('commits/');
    expect(keys).toEqual([expect.stringMatching(/^commits\/abc1234def5678\/my-package\b.*\.tgz$/) as string]);
    expect(await objects.list('npm/')).toEqual([]);

    expect(await setLifecycle()).toBe(200);

    // What the rule does when the days are over.
    for (const key of keys) await objects.delete(key);
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(`${server.url}/commits/${sha}`)).status).toBeLessThan(500);
    await preview(sha, 'my-package');
  });

  test('[P-52] are there on day 89; on day 91 they are 404, and their objects gone', async () => {
    const sha = 'fed4321cba8765';
    const url = await preview(sha, 'aging');
    const keys = () => objects.list(`commits/${sha}/`);
    const database = new DatabaseSync(join(server.data, 'kontor.db'));
    const agesBy = (days: number) =>
      database
        .prepare('update previews set published_at = published_at - ? where name = ?')
        .run(days * DAY, 'aging');
    agesBy(89);
    expect((await fetch(url)).status).toBe(200);
    expect(await keys()).toHaveLength(1);
    agesBy(2);
    database.close();
    expect((await fetch(url)).status).toBe(404);
    await expect.poll(keys, { timeout: 20_000 }).toEqual([]);
    expect((await fetch(`${server.url}/commits/${sha}`)).status).toBe(404);
  });

  /** Puts the rules of `deploy/` on the bucket; the status of the answer. */
  async function setLifecycle(): Promise<number | undefined> {
    const rules = JSON.parse(
      readFileSync(new URL('../../deploy/s3-lifecycle.json', import.meta.url), 'utf8'),
    ) as PutBucketLifecycleConfigurationCommand['input']['LifecycleConfiguration'];
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: gateway.endpoint,
      credentials: gateway.user,
      forcePathStyle: true,
    });
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket,
      LifecycleConfiguration: rules,
    });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string>; body: string };
        // Ceph does not know the newer checksums.
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const { $metadata } = await client.send(command);
    client.destroy();
    return $metadata.httpStatusCode;
  }
});
