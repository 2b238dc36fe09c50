import { describe, expect, test } from 'vitest';
import { S3Storage, type S3StorageOptions } from '../../src/index.ts';
import { S3Storage as Impatient } from '../../src/storage/s3/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { s3Proxy, type SeenRequest } from '../setup/s3-proxy.ts';
import { bucketOptions, openBucket } from '../setup/s3.ts';

const noCeph = await whyNoCeph();

describe.skipIf(noCeph !== undefined)('[P-60] S3Storage, through a real S3 gateway', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;

  test("as the seed makes it, with Amazon's own variables for the rest", async () => {
    const { bucket, endpoint, user } = await made();
    process.env['AWS_ENDPOINT_URL_S3'] = endpoint;
    process.env['AWS_ACCESS_KEY_ID'] = user.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = user.secretAccessKey;
    try {
      const storage = new S3Storage(bucket, 'us-east-1');
      await storage.upload('notes/one.txt', 'Grüße', 'text/plain');
      expect(String(await storage.download('notes/one.txt'))).toBe('Grüße');
    } finally {
      delete process.env['AWS_ENDPOINT_URL_S3'];
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });

  test('stores, lists and removes objects under any key', async () => {
    const storage = await open();
    const keys = ["a b/c+d%25é'(1)*!", 'plain', 'x/y/z'];
    for (const key of keys) {
      const url = await storage.upload(key, new Uint8Array([1, 2, 3]));
      expect(url).toBe(storage.getUrl(key));
    }
    await storage.upload('plain', new Uint8Array([4]).buffer);
    expect([...(await storage.download('plain'))]).toEqual([4]);
    expect(await storage.list()).toEqual(keys);
    expect(await storage.list('x/')).toEqual(['x/y/z']);
    expect(await storage.exists(keys[0] ?? '')).toBe(true);
    await storage.delete('plain');
    await storage.delete('plain');
    expect(await storage.exists('plain')).toBe(false);
    await expect(storage.download('plain')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('stores the versions of packages once, whatever their names', async () => {
    const storage = await open();
    for (const name of ['a-b', '@a/b', 'a']) {
      await storage.uploadPackage(name, '1.0.0', `${name} one`);
      await storage.uploadPackage(name, '2.0.0-rc.1+build', `${name} two`);
    }
    await expect(storage.uploadPackage('@a/b', '1.0.0', 'other')).rejects.toMatchObject({
      code: 'version_exists',
    });
    expect(String(await storage.downloadPackage('@a/b', '1.0.0'))).toBe('@a/b one');
    expect(String(await storage.downloadPackage('a-b', '1.0.0'))).toBe('a-b one');
    expect(await storage.listPackageVersions('a')).toEqual(['1.0.0', '2.0.0-rc.1+build']);
    expect(await storage.listPackageVersions('none')).toEqual([]);
    expect(await storage.packageExists('a', '1.0.0')).toBe(true);
    expect(await storage.packageExists('a', '3.0.0')).toBe(false);
    expect(storage.getPackageUrl('@a/b', '1.0.0')).toMatch(
      /\/packages\/pantry\/%40a\/b\/1\.0\.0\/b-1\.0\.0\.tgz$/,
    );
  });

  test.each([
    ['..', '1.0.0'],
    ['a/b', '1.0.0'],
    ['@a', '1.0.0'],
    ['@a/../b', '1.0.0'],
    ['a', '../2'],
    ['a', '..'],
    ['', '1.0.0'],
  ])('refuses %j at %j, which would lead elsewhere', async (name, version) => {
    const storage = new S3Storage('bucket');
    await expect((async () => storage.downloadPackage(name, version))()).rejects.toMatchObject({
      code: expect.stringMatching(/^(name|version)_invalid$/) as string,
    });
  });

  test('gives URLs that anybody can use, for a while and for one thing', async () => {
    const storage = await open();
    const upload = await storage.getPresignedUploadUrl('@acme/demo', '1.0.0+x', 60);
    const body = new Uint8Array([0, 1, 2, 255]);
    expect((await fetch(upload, { method: 'PUT', body })).status).toBe(200);
    expect([...(await storage.downloadPackage('@acme/demo', '1.0.0+x'))]).toEqual([...body]);
    const download = await storage.getPresignedDownloadUrl('@acme/demo', '1.0.0+x');
    expect([...new Uint8Array(await (await fetch(download)).arrayBuffer())]).toEqual([...body]);
    expect((await fetch(download.replace('1.0.0', '2.0.0'))).status).toBe(403);
    expect((await fetch(download, { method: 'PUT', body })).status).toBe(403);
    expect((await fetch(storage.getPackageUrl('@acme/demo', '1.0.0+x'))).status).toBe(403);
  });

  test.each(['a lost answer', 'a conflict'])(
    'does not take its own upload for another one after %s',
    async (trouble) => {
      const { bucket, user } = await made();
      const proxy = await s3Proxy(running().port);
      const storage = new S3Storage(bucket, { endpoint: proxy.url, credentials: user });
      let writes = 0;
      const isFirst = ({ method }: SeenRequest) => method === 'PUT' && (writes += 1) === 1;
      if (trouble === 'a conflict') {
        const conflict = { status: 409, code: 'ConditionalRequestConflict' };
        proxy.instead = (request) => (isFirst(request) ? conflict : undefined);
      } else proxy.losesAnswer = isFirst;
      await storage.uploadPackage('a', '1.0.0', 'one');
      expect(writes).toBe(2);
      await expect(storage.uploadPackage('a', '1.0.0', 'one')).rejects.toMatchObject({
        code: 'version_exists',
      });
    },
  );

  test('a download that comes to a halt ends, and says that the store is down', async () => {
    const { bucket, user } = await made();
    const proxy = await s3Proxy(running().port);
    const storage = new Impatient(bucket, { endpoint: proxy.url, credentials: user }, 1_000);
    await storage.upload('x', 'bytes');
    proxy.stalls = ({ method }) => method === 'GET';
    await expect(storage.download('x')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('says what is wrong, and holds no secret in it', async () => {
    const gateway = running();
    const { bucket, endpoint } = bucketOptions(gateway);
    const credentials = { ...gateway.user, secretAccessKey: 'not-the-secret' };
    const storage = new S3Storage(bucket, { endpoint, credentials });
    const error: unknown = await storage.upload('x', 'y').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the secret does not belong to the access key') as string,
      cause: { message: expect.stringContaining('SignatureDoesNotMatch') as string },
    });
    expect(JSON.stringify(error)).not.toContain('not-the-secret');
  });

  function running(): CephGateway {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  }

  async function made() {
    const gateway = running();
    const options = bucketOptions(gateway);
    await openBucket(options);
    return { bucket: options.bucket, endpoint: gateway.endpoint, user: gateway.user };
  }

  async function open(): Promise<S3Storage> {
    const { bucket, endpoint, user } = await made();
    return new S3Storage(bucket, { endpoint, credentials: user } satisfies S3StorageOptions);
  }
});
