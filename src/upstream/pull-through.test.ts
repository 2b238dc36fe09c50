import { zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryUpstreamDocuments } from '../../test/contracts/memory-upstream-documents.ts';
import {
  recordingCatalogue,
  scriptedPackage,
  scriptedUpstream,
  serves,
  type RecordingCatalogue,
  type ScriptedPackage,
  type ScriptedUpstream,
  type Script,
} from '../../test/upstream/index.ts';
import { createNpmRemote } from '../formats/npm/remote.ts';
import { defaultPolicy, type Blobs, type UpstreamSettings } from '../registry/index.ts';
import { memoryBlobs } from '../storage/memory/index.ts';
import { defaultTimeouts, PullThrough, Turns, UpstreamClient } from './index.ts';
import { npmRegistry as registry } from '../../test/setup/rows.ts';

const MINUTE = 60_000;
const scope = { registry, policy: defaultPolicy };
const settings: UpstreamSettings = {
  name: 'npm',
  url: '',
  names: [],
  authorization: null,
  timeouts: defaultTimeouts,
  freshness: 5 * MINUTE,
  missingFreshness: MINUTE,
  patience: 3000,
  allowHosts: [],
  allowPrivate: false,
};
const admit = () => Promise.resolve();
const noLeases = {
  acquire: () => Promise.reject(new Error('a lease was asked for')),
  release: () => Promise.resolve(),
};
const format = createNpmRemote();
afterAll(() => format.close());

const clientOf = (url: string, authorization: string | null = null) =>
  new UpstreamClient({
    source: {
      url,
      authorization,
      ca: null,
      strictTls: true,
      proxy: null,
      noProxy: ['127.0.0.1', 'localhost'],
    },
    settings: { timeouts: { connect: 2000, headers: 200, idle: 200, document: 800, artifact: 5000 } },
    storeId: 'store1',
  });

/** Lets the upstream do its script, or stops it. */
async function go(upstream: ScriptedUpstream, script: Script | undefined): Promise<void> {
  if (script) upstream.script = script;
  else await upstream.close();
}

describe('pull-through', () => {
  let upstream: ScriptedUpstream;
  let demo: ScriptedPackage;
  let client: UpstreamClient;
  let blobs: Blobs;
  let store: RecordingCatalogue;
  let now: number;
  let warnings: string[];
  let ownUrls: string[];
  let pull: PullThrough;

  beforeEach(async () => {
    upstream = await scriptedUpstream(() => {});
    demo = scriptedPackage('demo', ['1.0.0', '1.1.0'], upstream.url);
    upstream.script = serves(demo);
    client = clientOf(upstream.url);
    blobs = memoryBlobs();
    store = recordingCatalogue();
    now = 1_700_000_000_000;
    warnings = [];
    ownUrls = ['http://localhost:1/'];
    pull = newPull();
  });
  afterEach(async () => {
    await client.close();
    await upstream.close();
  });

  const newPull = () =>
    new PullThrough({
      remotesOf: () => Promise.resolve([{ settings: { ...settings, url: upstream.url }, client, format }]),
      ownUrls: () => ownUrls,
      documents: memoryUpstreamDocuments(),
      turns: new Turns({ leases: noLeases, clock: () => now, shared: false }),
      catalogue: store.catalogue,
      blobs,
      clock: () => now,
      maxTarballBytes: 1_000_000,
      warn: (message) => warnings.push(message),
    });

  const read = async (name = 'demo') => {
    const document = await pull.document(scope, name);
    return (
      document && { ...document, json: JSON.parse(zstdDecompressSync(await document.load()).toString()) }
    );
  };
  /** Asks for a file and waits until it is stored; false if nobody has it. */
  const has = async (name: string, file: string, replica = pull): Promise<boolean> => {
    const found = await replica.artifact(scope, name, file, admit);
    const artifact = found && 'stored' in found ? await found.stored : found;
    return artifact !== undefined;
  };
  const keys = async () => (await Array.fromAsync(blobs.list())).map(({ key }) => key);
  /** A script that answers tarballs in its own way and the rest as usual. */
  const tarballsBy = (script: Script): Script => {
    const usual = serves(demo);
    return (request, response) =>
      request.url?.endsWith('.tgz') ? script(request, response) : usual(request, response);
  };

  test('a name that is not here comes from upstream, with files named and not located', async () => {
    const document = await read();
    expect(document?.warning).toBeNull();
    expect(document?.json.versions['1.1.0'].dist.tarball).toBe('demo-1.1.0.tgz');
    expect(upstream.requests[0]?.headers.via).toBe('1.1 kontor-store1');
  });

  test('what was asked within five minutes is not asked again, and after them revalidated with its ETag', async () => {
    const first = await read();
    now += 4 * MINUTE;
    await read();
    expect(upstream.requests).toHaveLength(1);
    now += 2 * MINUTE;
    const second = await read();
    expect(upstream.requests[1]?.headers['if-none-match']).toMatch(/^"/);
    expect(second?.etag).toBe(first?.etag);
    expect(second?.freshUntil).toBe(now + 5 * MINUTE);
    now += 4 * MINUTE;
    await read();
    expect(upstream.requests).toHaveLength(2);
  });

  test('a changed document is seen once the stored one is stale', async () => {
    await read();
    upstream.script = serves(scriptedPackage('demo', ['1.0.0', '2.0.0'], upstream.url));
    now += 6 * MINUTE;
    expect(Object.keys((await read())?.json.versions)).toEqual(['1.0.0', '2.0.0']);
  });

  test('an upstream without ETag is revalidated by date', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    upstream.script = (request, response) => {
      if (request.headers['if-modified-since'] === date) response.writeHead(304).end();
      else response.writeHead(200, { 'last-modified': date }).end(JSON.stringify(demo.packument));
    };
    await read();
    now += 6 * MINUTE;
    expect((await read())?.warning).toBeNull();
  });

  test('a scoped name is one path segment', async () => {
    upstream.script = serves(scriptedPackage('@acme/demo', ['1.0.0'], upstream.url));
    expect((await read('@acme/demo'))?.json.name).toBe('@acme/demo');
    expect(upstream.requests[0]?.url).toBe('/@acme%2fdemo');
  });

  test('that a name is missing is remembered for a minute', async () => {
    expect(await read('other')).toBeUndefined();
    expect(await read('other')).toBeUndefined();
    expect(upstream.requests).toHaveLength(1);
    now += MINUTE + 1;
    await read('other');
    expect(upstream.requests).toHaveLength(2);
  });

  test('fifty callers at once cause one request for the document and one for the tarball', async () => {
    const documents = await Promise.all(Array.from({ length: 50 }, () => read()));
    expect(new Set(documents.map((document) => document?.etag)).size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
    const artifacts = await Promise.all(Array.from({ length: 50 }, () => has('demo', 'demo-1.0.0.tgz')));
    expect(new Set(artifacts)).toEqual(new Set([true]));
    expect(upstream.requests).toHaveLength(2);
    expect(store.published).toHaveLength(1);
  });

  describe('when the upstream cannot be asked', () => {
    const ways: [string, Script | undefined][] = [
      ['refuses connections', undefined],
      ['answers 500', (_, response) => response.writeHead(500).end()],
      ['answers 429', (_, response) => response.writeHead(429).end()],
      ['never answers', () => {}],
      ['stops in the middle', (_, response) => response.writeHead(200).write('{"name":')],
      [
        'drips without an end',
        (_, response) => {
          response.writeHead(200);
          const drip = setInterval(() => response.write(' '), 50);
          response.on('close', () => clearInterval(drip));
        },
      ],
      [
        'cuts the body short',
        (_, response) => {
          response.writeHead(200, { 'content-length': 1000 }).write('{');
          setTimeout(() => response.destroy(), 20);
        },
      ],
      ['sends a page', (_, response) => response.end('<html>sign in</html>')],
      ['sends another package', (_, response) => response.end('{"name":"other","versions":{}}')],
      [
        'sends broken gzip',
        (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
      ],
      [
        'sends an encoding that was not asked for',
        (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('{}'),
      ],
    ];
    test.each(ways)('because it %s, the stored copy is served as stale', async (_, script) => {
      const first = await read();
      now += 6 * MINUTE;
      await go(upstream, script);
      expect(await read()).toMatchObject({ warning: 'failed', etag: first?.etag });
      expect(warnings).toHaveLength(1);
    });

    test.each(ways)('because it %s, a name that is not stored is no 404', async (_, script) => {
      await go(upstream, script);
      await expect(read()).rejects.toMatchObject({ code: 'upstream_down' });
    });

    test('the stored copy is served without asking for a while, and then asked for again', async () => {
      await read();
      now += 6 * MINUTE;
      upstream.script = (_, response) => response.writeHead(503).end();
      await read();
      await read();
      expect(upstream.requests).toHaveLength(2);
      upstream.script = serves(demo);
      now += MINUTE;
      expect((await read())?.warning).toBeNull();
    });

    test('a name that was missing before is not called missing for longer than we may know', async () => {
      await read('other');
      now += 2 * MINUTE;
      upstream.script = (_, response) => response.writeHead(502).end();
      await expect(read('other')).rejects.toMatchObject({ code: 'upstream_down' });
    });
  });

  test.each([401, 403])('a refusal with %i names the credentials and is no 404', async (status) => {
    upstream.script = (_, response) => response.writeHead(status).end();
    await expect(read()).rejects.toMatchObject({ code: 'upstream_failed', message: /credentials/ });
  });

  test('a 304 that was not asked for is a failure', async () => {
    upstream.script = (_, response) => response.writeHead(304).end();
    await expect(read()).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  test('redirects are followed at the upstream itself, three at most', async () => {
    const usual = serves(demo);
    const hops = (count: number): Script => {
      let left = count;
      return (request, response) => {
        if (left-- > 0) response.writeHead(302, { location: '/demo' }).end();
        else usual(request, response);
      };
    };
    upstream.script = hops(3);
    expect((await read())?.json.name).toBe('demo');
    now += 6 * MINUTE;
    upstream.script = hops(4);
    expect(await read()).toMatchObject({ warning: 'failed' });
  });

  test('a redirect to another host is not followed and credentials do not go there', async () => {
    const other = await scriptedUpstream((_, response) => response.end(JSON.stringify(demo.packument)));
    upstream.script = (_, response) => response.writeHead(302, { location: `${other.url}demo` }).end();
    await expect(read()).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  test('credentials are sent to the upstream, also those in its URL', async () => {
    client = clientOf(upstream.url, 'Bearer secret');
    await read();
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer secret');
    client = clientOf(upstream.url.replace('//', '//an%40na:pass@'));
    now += 6 * MINUTE;
    await read();
    const [, pair] = upstream.requests[1]?.headers.authorization?.split(' ') ?? [];
    expect(Buffer.from(pair ?? '', 'base64').toString()).toBe('an@na:pass');
  });

  test('we never ask ourselves, and say so once', async () => {
    ownUrls = [upstream.url.replace('127.0.0.1', 'localhost')];
    expect(await read()).toBeUndefined();
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(false);
    expect(upstream.requests).toHaveLength(0);
    expect(warnings).toHaveLength(1);
  });

  test('of a registry that is offline a file is not asked for, and what is known of it is said', async () => {
    await read();
    const offline = { registry, policy: { ...scope.policy, offline: true } };
    await expect(pull.artifact(offline, 'demo', 'demo-1.0.0.tgz', admit)).rejects.toMatchObject({
      code: 'upstream_down',
      message: /offline.*demo-1\.0\.0\.tgz is not stored here/,
    });
    expect(await pull.versionOf(offline, 'demo', 'demo-1.0.0.tgz')).toMatchObject({ version: '1.0.0' });
    expect(await pull.artifact(offline, 'demo', 'demo-9.0.0.tgz', admit)).toBeUndefined();
    expect(upstream.requests).toHaveLength(1);
  });

  test('a pulled tarball becomes a version of origin upstream with its bytes under a readable key', async () => {
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(true);
    const [command] = store.published;
    expect(command).toMatchObject({
      registryId: 7,
      name: 'demo',
      origin: 'upstream',
      version: '1.0.0',
      versionKey: '1.0.0',
      tags: [],
      fallbackTag: null,
      publisherId: null,
    });
    expect(JSON.parse(command?.manifest ?? '')).toEqual({
      name: 'demo',
      version: '1.0.0',
      dependencies: { left: '^1.0.0' },
    });
    expect(command?.artifacts[0]?.facts).toBe('{"fileCount":3}');
    expect(await keys()).toEqual(['npm/demo/1.0.0/demo-1.0.0.tgz']);
    const bytes = Buffer.concat(await Array.fromAsync(await blobs.open('npm/demo/1.0.0/demo-1.0.0.tgz')));
    expect(bytes.equals(demo.tarballs['/demo/-/demo-1.0.0.tgz'] ?? Buffer.of())).toBe(true);
  });

  test('a stored tarball is not fetched again', async () => {
    await has('demo', 'demo-1.0.0.tgz');
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(true);
    expect(upstream.requests).toHaveLength(2);
  });

  test.each(['demo-9.9.9.tgz', '../x', '__proto__'])(
    'a file %s that the document does not name is not asked for',
    async (file) => {
      expect(await has('demo', file)).toBe(false);
      expect(upstream.requests).toHaveLength(1);
    },
  );

  test('a tarball whose document points to another host is asked of the upstream', async () => {
    const other = await scriptedUpstream((_, response) => response.end('evil'));
    upstream.script = serves({ ...demo, packument: scriptedPackage('demo', ['1.0.0'], other.url).packument });
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(true);
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  test('below a base path the tarballs of a foreign host are asked for below it too', async () => {
    client = clientOf(`${upstream.url}repo/npm`);
    const foreign = scriptedPackage('demo', ['1.0.0'], 'http://elsewhere.invalid/');
    const usual = serves(foreign);
    upstream.script = (request, response) => {
      // Whatever is asked for outside of the base path is not found.
      request.url = request.url?.startsWith('/repo/npm/') ? request.url.slice('/repo/npm'.length) : '/';
      usual(request, response);
    };
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(true);
  });

  describe('nothing is stored', () => {
    afterEach(async () => {
      if (store.published.length > 0 || (await keys()).length > 0) throw new Error('Something was stored.');
    });

    test('of a tarball with another digest, and the refusal names both', async () => {
      upstream.script = tarballsBy((_, response) => response.end('other bytes'));
      await expect(has('demo', 'demo-1.0.0.tgz')).rejects.toMatchObject({
        code: 'upstream_failed',
        message: /expected sha512-.+ got sha512-/,
      });
    });

    test('of a tarball that is cut short', async () => {
      upstream.script = tarballsBy((_, response) => {
        response.writeHead(200, { 'content-length': 20_000 }).write('bytes of demo');
        setTimeout(() => response.destroy(), 20);
      });
      await expect(has('demo', 'demo-1.0.0.tgz')).rejects.toMatchObject({
        code: 'upstream_down',
      });
    });

    test('of a tarball that stops in the middle', async () => {
      upstream.script = tarballsBy((_, response) => response.writeHead(200).write('bytes'));
      await expect(has('demo', 'demo-1.0.0.tgz')).rejects.toMatchObject({
        code: 'upstream_down',
      });
    });

    test.each([
      ['declared', { 'content-length': '1000001' }],
      ['found', {}],
    ])('of a tarball over the limit, %s', async (_, headers) => {
      upstream.script = tarballsBy((_request, response) => {
        response.writeHead(200, headers).end(Buffer.alloc(1_000_001));
      });
      await expect(has('demo', 'demo-1.0.0.tgz')).rejects.toMatchObject({
        code: 'upstream_failed',
      });
    });

    test('of a tarball that the upstream lists and does not have', async () => {
      upstream.script = tarballsBy((_, response) => response.writeHead(404).end());
      expect(await has('demo', 'demo-1.0.0.tgz')).toBe(false);
    });
  });

  test('two replicas that pull the same tarball at once both succeed, and it is stored once', async () => {
    const answers = await Promise.all(
      [pull, newPull()].map((replica) => has('demo', 'demo-1.0.0.tgz', replica)),
    );
    expect(answers).toEqual([true, true]);
    expect(store.published).toHaveLength(1);
    expect(await keys()).toHaveLength(1);
  });

  test('a sweeper that is faster than the commit only causes another try', async () => {
    store.outcomes.push({ outcome: 'blob-gone', sha256: '' }, { outcome: 'blob-gone', sha256: '' });
    expect(await has('demo', 'demo-1.0.0.tgz')).toBe(true);
  });
});
