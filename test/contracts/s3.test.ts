import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { readdir } from 'node:fs/promises';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256Hex } from '../../src/kernel/index.ts';
import type { Blobs } from '../../src/registry/index.ts';
import { reachBucket, S3Storage, type S3Options } from '../../src/storage/s3/index.ts';
import { startCeph, whyNoCeph, type CephGateway } from '../setup/ceph.ts';
import { s3Proxy, type SeenRequest } from '../setup/s3-proxy.ts';
import { bucketOptions, openBucket, put } from '../setup/s3.ts';

const noCeph = await whyNoCeph();
const MEBI = 1024 * 1024;
const HOUR = 3_600_000;

describe.skipIf(noCeph !== undefined)('blobs in a bucket', async () => {
  const ceph = noCeph === undefined ? await startCeph() : undefined;

  describe('reaching the bucket', () => {
    test('[A-13] makes it where there is none, also when two replicas start at once', async () => {
      const options = fresh();
      const found = await Promise.all([reachBucket(options), reachBucket(options)]);
      expect(found.map(({ isEmpty }) => isEmpty)).toEqual([true, true]);
      const [one, two] = await Promise.all(found.map((bucket) => bucket.open({ probed: true })));
      expect(one && (await put(one, 'a/b', 'x'))).toBe(true);
      expect(two && (await text(await two.open('a/b')))).toBe('x');
      expect((await reachBucket(options)).isEmpty).toBe(false);
    });

    test('makes it once, however many replicas start at the same moment', async () => {
      for (let round = 0; round < 15; round += 1) {
        const options = fresh();
        const found = await Promise.all(Array.from({ length: 6 }, () => reachBucket(options)));
        const opened = await Promise.all(found.map((bucket) => bucket.open({ probed: false })));
        const [first, ...others] = opened;
        expect(first && (await put(first, 'a/b', `${round}`))).toBe(true);
        const read = others.map(async (blobs) => text(await blobs.open('a/b')));
        expect(await Promise.all(read)).toEqual(others.map(() => `${round}`));
      }
    });

    test('refuses a name that somebody else took at the last moment', async () => {
      const options = fresh();
      const reached = await reachBucket(options);
      const credentials = await gateway().addUser('faster');
      await openBucket({ ...options, credentials });
      await expect(reached.open({ probed: false })).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(/belongs to somebody else: choose another name/) as string,
      });
    });

    test('leaves nothing of its probe', async () => {
      const options = fresh();
      await (await reachBucket(options)).open({ probed: true });
      expect(await raw(options).list()).toEqual([]);
    });

    test('refuses a bucket that is somebody else’s', async () => {
      const options = fresh();
      await openBucket(options);
      const credentials = await gateway().addUser('stranger');
      await expect(reachBucket({ ...options, credentials })).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(
          /^The bucket \S+ at \S+ cannot be used: the key may not list the bucket: /,
        ) as string,
      });
    });

    test.each([
      ['an unknown key', { accessKeyId: 'nobody', secretAccessKey: 'x' }, /does not know the access key/],
      ['[P-34] a wrong secret', { secretAccessKey: 'wrong-one' }, /secret does not belong to the access key/],
    ])('says so of %s', async (_, wrong, sentence) => {
      const error: unknown = await reachBucket(fresh({ credentials: { ...gateway().user, ...wrong } })).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(sentence) as string,
      });
      expect(String(error)).not.toContain('wrong-one');
    });

    test('says where nobody answers, and does not wait for a store that says nothing', async () => {
      const closed = fresh({ endpoint: 'http://127.0.0.1:9' });
      await expect(reachBucket(closed)).rejects.toThrow(
        /127\.0\.0\.1:9 cannot be used: nothing there answers/,
      );
      await expect(reachBucket(fresh({ endpoint: await silent(), patience: 300 }))).rejects.toThrow(
        /nothing there answers \(no answer within 300 ms\)/,
      );
    });

    test.each([
      ['a web page', 404, '<html><body>Not here</body>', /what answers there \(404\) does not speak S3/],
      [
        'another region',
        400,
        '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>',
        /lies in the region eu-west-1: set KONTOR_S3_REGION/,
      ],
      [
        'a riddle',
        418,
        '<Error><Code>Teapot</Code><Message>short.</Message></Error>',
        /answered 418 Teapot .*: short\.$/,
      ],
    ])('says so of %s', async (_, status, body, sentence) => {
      const endpoint = await listening(
        createHttpServer((__, response) => response.writeHead(status).end(body)),
      );
      await expect(reachBucket(fresh({ endpoint, patience: 5_000 }))).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(sentence) as string,
      });
    });

    test('[P-34] says that there are no keys, also where the machine’s own service for them is silent', async () => {
      const names = {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: await silent(),
        HOME: '/nonexistent',
        AWS_PROFILE: '',
      };
      const before = Object.keys(names).map((name) => [name, process.env[name]] as const);
      Object.assign(process.env, names);
      onTestFinished(() => {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      });
      await expect(reachBucket(fresh({ credentials: undefined }))).rejects.toThrow(/no keys are set/);
    });

    test('[P-30] signs for the region that was set', async () => {
      const proxy = await s3Proxy(gateway().port);
      const options = fresh({ endpoint: proxy.url, region: 'eu-central-1' });
      const blobs = await openBucket(options);
      await put(blobs, 'a/b', 'x');
      const scopes = proxy.requests.map(
        ({ headers }) => /\/(\d{8}\/[^,]+),/.exec(headers.authorization ?? '')?.[1],
      );
      expect(scopes.length).toBeGreaterThan(2);
      expect(scopes.every((scope) => /^\d{8}\/eu-central-1\/s3\/aws4_request$/.test(scope ?? ''))).toBe(true);
    });

    test('sends a session token along', async () => {
      const proxy = await s3Proxy(gateway().port);
      const credentials = { ...gateway().user, sessionToken: 'the-session' };
      await reachBucket(fresh({ endpoint: proxy.url, credentials })).catch(() => undefined);
      expect(proxy.requests[0]?.headers['x-amz-security-token']).toBe('the-session');
    });

    test.each([
      ['that ignores the condition of a write', { status: 200 }],
      ['that does not know it', { status: 501, code: 'NotImplemented' }],
    ])('refuses a store %s', async (_, answer) => {
      const proxy = await s3Proxy(gateway().port);
      let writes = 0;
      proxy.instead = ({ method, path }) =>
        method === 'PUT' && path.includes('.kontor/') && (writes += 1) > 1 ? answer : undefined;
      const bucket = await reachBucket(fresh({ endpoint: proxy.url }));
      await expect(bucket.open({ probed: true })).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining('Use one that supports conditional writes.') as string,
      });
    });

    test.each([
      ['PUT', 'write objects'],
      ['DELETE', 'remove objects'],
    ])('refuses a key that may not %s', async (method, right) => {
      const proxy = await s3Proxy(gateway().port);
      proxy.instead = (request) =>
        request.method === method && request.path.includes('.kontor/')
          ? { status: 403, code: 'AccessDenied' }
          : undefined;
      const bucket = await reachBucket(fresh({ endpoint: proxy.url }));
      await expect(bucket.open({ probed: true })).rejects.toThrow(`the key may not ${right}`);
    });
  });

  describe('a prefix', () => {
    test('keeps two stores in one bucket apart', async () => {
      const options = fresh();
      const [one, two] = [
        await openBucket({ ...options, prefix: 'one/' }),
        await openBucket({ ...options, prefix: 'one/two/' }),
      ];
      await put(one, 'a/b', '1');
      await put(two, 'a/b', '2');
      expect(await text(await one.open('a/b'))).toBe('1');
      expect(await keysOf(two)).toEqual(['a/b']);
      expect(await raw(options).list()).toEqual(['one/a/b', 'one/two/a/b']);
    });

    test('what somebody else put beside the blobs is passed over', async () => {
      const options = fresh({ prefix: 'kontor/' });
      const blobs = await openBucket(options);
      await put(blobs, 'a/b', 'x');
      for (const key of ['kontor/', 'kontor/.kontor/probe-1', 'kontor/a b', 'kontor/a//b', 'other/x']) {
        await raw(options).upload(key, 'y');
      }
      expect(await keysOf(blobs)).toEqual(['a/b']);
    });
  });

  test('lists more objects than a store tells at once', async () => {
    const options = fresh();
    const blobs = await openBucket(options);
    const all = Array.from({ length: 1050 }, (_, i) => `p/${i}`);
    const waiting = [...all];
    const storage = raw(options);
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await storage.upload(key, 'x');
      }),
    );
    expect((await keysOf(blobs)).toSorted()).toEqual(all.toSorted());
  });

  describe('objects that go up in parts', () => {
    const content = randomBytes(12 * MEBI + 7);

    test('come down as they were, wholly and in ranges', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      expect(await put(blobs, 'a/large', content)).toBe(true);
      expect(proxy.requests.filter(({ path }) => path.includes('partNumber='))).toHaveLength(3);
      expect(await blobs.size('a/large')).toBe(content.length);
      expect(sha256Hex(await buffer(await blobs.open('a/large')))).toBe(sha256Hex(content));
      const seam = await buffer(await blobs.open('a/large', { start: 5 * MEBI - 3, end: 5 * MEBI + 3 }));
      expect(seam.equals(content.subarray(5 * MEBI - 3, 5 * MEBI + 4))).toBe(true);
    });

    test('never overwrite, and are not overwritten', async () => {
      const options = fresh();
      const blobs = await openBucket(options);
      expect(await put(blobs, 'a/small', 'first')).toBe(true);
      expect(await put(blobs, 'a/small', content)).toBe(false);
      expect(await text(await blobs.open('a/small'))).toBe('first');
      expect(await put(blobs, 'a/large', content)).toBe(true);
      expect(await put(blobs, 'a/large', 'second')).toBe(false);
      expect(await put(blobs, 'a/large', content)).toBe(false);
      expect(await blobs.size('a/large')).toBe(content.length);
      expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(0);
    });

    test('one of several wins a key at once, large or small', async () => {
      const options = fresh();
      const blobs = await openBucket(options);
      const contents = [content, 'small one', randomBytes(6 * MEBI), 'small two'];
      const won = await Promise.all(contents.map((bytes) => put(blobs, 'a/b', bytes)));
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = contents[won.indexOf(true)] ?? '';
      expect(sha256Hex(await buffer(await blobs.open('a/b')))).toBe(sha256Hex(winner));
      expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(0);
    });

    test('of somebody else beside the blobs are not ended', async () => {
      const proxy = await s3Proxy(gateway().port);
      const options = fresh({ endpoint: proxy.url });
      const others = await openBucket({ ...options, prefix: 'not ours/' });
      proxy.instead = ({ method, path }) =>
        method === 'DELETE' || path.includes('partNumber=2')
          ? { status: 403, code: 'AccessDenied' }
          : undefined;
      await expect(put(others, 'a/b', content)).rejects.toMatchObject({ code: 'unavailable' });
      proxy.instead = () => undefined;
      expect(await (await openBucket(options)).sweepStaged(Date.now() + HOUR)).toBe(0);
      expect(await others.sweepStaged(Date.now() + HOUR)).toBe(1);
    });

    test('a completion that the store is late with overwrites nobody', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url, patience: 4_000 }));
      const passedOn = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      proxy.delay = (request) => (isCompletion(request) ? goOn.promise : undefined);
      proxy.losesAnswer = (request) => {
        if (isCompletion(request)) passedOn.resolve();
        return false;
      };
      // The store does not get to end the upload, either.
      proxy.instead = ({ method, path }) =>
        method === 'DELETE' && path.includes('uploadId=') ? { status: 503, code: 'SlowDown' } : undefined;
      await expect(put(blobs, 'a/b', content)).rejects.toMatchObject({ code: 'unavailable' });
      expect(proxy.requests.filter(isCompletion)).toHaveLength(1);
      const won = await put(blobs, 'a/b', 'small');
      goOn.resolve();
      await passedOn.promise;
      expect(won).toBe(false);
      expect(await blobs.size('a/b')).toBe(content.length);
    });

    test('that were begun and left are swept when they are old, and not before', async () => {
      const proxy = await s3Proxy(gateway().port);
      const options = fresh({ endpoint: proxy.url });
      const blobs = await openBucket(options);
      proxy.instead = ({ method, path }) =>
        method === 'DELETE' || path.includes('partNumber=2')
          ? { status: 403, code: 'AccessDenied' }
          : undefined;
      await expect(put(blobs, 'a/b', content)).rejects.toMatchObject({ code: 'unavailable' });
      proxy.instead = () => undefined;
      expect(await blobs.sweepStaged(Date.now() - HOUR)).toBe(0);
      expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(1);
      expect(await blobs.sweepStaged(Date.now() + HOUR)).toBe(0);
      expect(await keysOf(blobs)).toEqual([]);
    });
  });

  describe('a bad road to the store', () => {
    test('a byte that was flipped on its way is not stored', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      let flips = 0;
      proxy.tamper = ({ method }, body) => {
        if (method === 'PUT' && body.length > 0) {
          flips += 1;
          body[0] = (body[0] ?? 0) ^ 1;
        }
        return body;
      };
      await expect(put(blobs, 'a/small', 'bytes')).rejects.toMatchObject({ code: 'unavailable' });
      await expect(put(blobs, 'a/large', randomBytes(6 * MEBI))).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(flips).toBeGreaterThan(2);
      expect(await keysOf(blobs)).toEqual([]);
      // Once only: the second attempt gets through.
      flips = 0;
      const { tamper } = proxy;
      proxy.tamper = (request, body) => (flips === 0 ? tamper(request, body) : body);
      expect(await put(blobs, 'a/small', 'bytes')).toBe(true);
      expect(await text(await blobs.open('a/small'))).toBe('bytes');
    });

    test.each([
      ['a small object', 'PUT', Buffer.from('bytes')],
      ['the completion of a large one', 'POST', randomBytes(6 * MEBI)],
    ])('a lost answer to the write of %s does not make it somebody else’s', async (_, method, bytes) => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      let lost = 0;
      proxy.losesAnswer = (request) =>
        request.method === method &&
        !request.path.includes('?uploads') &&
        !request.path.includes('partNumber') &&
        (lost += 1) === 1;
      expect(await put(blobs, 'a/b', bytes)).toBe(true);
      expect(lost).toBeGreaterThan(1);
      expect(sha256Hex(await buffer(await blobs.open('a/b')))).toBe(sha256Hex(bytes));
    });

    test('a lost answer to the first write of the start is no store that overwrites', async () => {
      const proxy = await s3Proxy(gateway().port);
      let lost = 0;
      proxy.losesAnswer = ({ method, path }) =>
        method === 'PUT' && path.includes('.kontor/probe') && (lost += 1) === 1;
      const bucket = await reachBucket(fresh({ endpoint: proxy.url }));
      await bucket.open({ probed: true });
      expect(lost).toBe(3);
    });

    test('an object whose time the store does not tell counts as new', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      await put(blobs, 'a/b', 'x');
      const began = Date.now();
      proxy.rewrite = (_, body) =>
        Buffer.from(body.toString('latin1').replace(/<LastModified>[^<]*<.LastModified>/, ''), 'latin1');
      const [object] = await Array.fromAsync(blobs.list());
      expect(object).toMatchObject({ key: 'a/b', size: 1 });
      expect(object?.changedAt).toBeGreaterThanOrEqual(began);
    });

    test('a store that has no room says so', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      proxy.instead = () => ({ status: 403, code: 'QuotaExceeded' });
      await expect(put(blobs, 'a/b', 'x')).rejects.toMatchObject({ code: 'storage_full' });
    });

    test('a bucket that has gone is no missing object', async () => {
      const proxy = await s3Proxy(gateway().port);
      const blobs = await openBucket(fresh({ endpoint: proxy.url }));
      proxy.instead = () => ({ status: 404, code: 'NoSuchBucket' });
      await expect(blobs.open('a/b')).rejects.toMatchObject({ code: 'unavailable' });
      await expect(keysOf(blobs)).rejects.toMatchObject({ code: 'unavailable' });
    });
  });

  test('nothing stays in the spool folder', async () => {
    const options = fresh();
    const blobs = await openBucket(options);
    await put(blobs, 'a/b', 'x');
    await put(blobs, 'a/b', 'y');
    const staged = await blobs.stage();
    expect(await readdir(options.spool)).toHaveLength(1);
    await staged.discard();
    expect(await readdir(options.spool)).toEqual([]);
  });

  function gateway(): CephGateway {
    if (ceph === undefined) throw new Error(noCeph);
    return ceph;
  }

  function fresh(options: Partial<S3Options> = {}): S3Options {
    return bucketOptions(gateway(), options);
  }

  function raw({ bucket }: S3Options): S3Storage {
    return new S3Storage(bucket, { endpoint: gateway().endpoint, credentials: gateway().user });
  }
});

function isCompletion({ method, path }: SeenRequest): boolean {
  return method === 'POST' && path.includes('uploadId=');
}

async function keysOf(blobs: Blobs): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of blobs.list()) keys.push(key);
  return keys;
}

/** An address where connections are taken and nothing is ever said. */
function silent(): Promise<string> {
  return listening(createServer((socket) => void socket.on('error', () => undefined)));
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server does not listen.');
  return `http://127.0.0.1:${address.port}`;
}
