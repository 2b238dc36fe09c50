import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestsOf, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  scriptedPackage,
  scriptedUpstream,
  serves,
  split,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let server: RunningKontor;
let cwd: string;
let anna: string;

/** What the upstream's search finds, whatever it is asked. */
let found: { name: string; version: string; date?: string; description?: string }[] = [];

beforeAll(async () => {
  upstream = await scriptedUpstream();
  cwd = temporaryFolder('cwd');
  writeFileSync(
    join(cwd, 'kontor.yaml'),
    `registries: { npm: { cooldown: 72h, upstreams: [{ url: '${upstream.url}' }] } }`,
  );
  server = await startKontor({ cwd, env: { KONTOR_NPM_UPSTREAM: undefined } });
  anna = await register(server, 'anna');
  await publish(server, anna, 'ours', '1.0.0');
});
afterAll(() => upstream.close());

beforeEach(() => {
  const packages = [
    scriptedPackage('left', ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1'], upstream.url, {
      time: { '1.0.0': '2025-01-01T00:00:00.000Z', '2.0.0-rc.1': '2025-02-02T02:02:02.000Z' },
      tags: { latest: '1.10.0', next: '2.0.0-rc.1' },
      manifest: () => ({
        description: 'Pads',
        license: 'MIT',
        author: { name: 'Ann' },
        repository: { type: 'git', url: 'https://example.com/left.git' },
        dependencies: { pad: '^1.0.0' },
        devDependencies: { tap: '1' },
      }),
    }),
    scriptedPackage('@far/away', ['1.0.0'], upstream.url),
    scriptedPackage('young', ['1.0.0', '1.0.1'], upstream.url, {
      time: { '1.0.1': new Date(Date.now() - 60_000).toISOString() },
    }),
    scriptedPackage('ours', ['9.9.9'], upstream.url),
  ];
  upstream.script = split(
    /^\/-\/v1\/search/,
    (_request, response) => response.end(JSON.stringify(search())),
    serves(...packages),
  );
  upstream.requests.length = 0;
});

async function ask(path: string, token?: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const run = async (...args: string[]) => {
  const { code, stderr } = await kontor(args, { cwd, env: { KONTOR_DATA: server.data } });
  if (code !== 0) throw new Error(stderr);
};

const search = () => ({ objects: found.map((entry) => ({ package: entry })) });

const names = async (query: string, token?: string) => {
  const { body } = await ask(`/search?${query}`, token);
  return (body['results'] as { name: string }[]).map(({ name }) => name);
};

async function hide(name: string): Promise<void> {
  expect((await publish(server, anna, name, '1.0.0')).status).toBe(201);
  const response = await fetch(`${server.url}/npm/-/package/${name}/access`, {
    method: 'POST',
    headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
    body: JSON.stringify({ access: 'restricted' }),
  });
  expect(response.status).toBeLessThan(300);
}

describe('What is not here comes from the upstream', () => {
  test('[P-54] the metadata of a version, with the time that the upstream tells and a URL of ours', async () => {
    const bytes = scriptedPackage('left', ['1.10.0'], upstream.url).tarballs['/left/-/left-1.10.0.tgz'];
    if (!bytes) throw new Error('no tarball');
    const url = `${server.url}/packages/left/1.0.0/tarball`;
    const { body } = await ask('/packages/left/1.0.0');
    expect(body).toEqual({
      name: 'left',
      version: '1.0.0',
      description: 'Pads',
      license: 'MIT',
      author: 'Ann',
      repository: 'https://example.com/left.git',
      dependencies: { pad: '^1.0.0' },
      devDependencies: { tap: '1' },
      tarballUrl: url,
      checksum: expect.stringMatching(/^sha1:[0-9a-f]{40}$/) as string,
      publishedAt: '2025-01-01T00:00:00.000Z',
      downloads: 0,
    });
    expect((await ask('/packages/left')).body).toMatchObject({
      version: '1.10.0',
      checksum: `sha1:${digestsOf(bytes).shasum}`,
    });
    expect((await ask('/packages/left/next')).body).toMatchObject({ version: '2.0.0-rc.1' });
    expect((await ask('/packages/@far/away')).body).toMatchObject({ version: '1.0.0' });
    const unknown = await ask('/packages/nowhere');
    expect([unknown.status, unknown.body]).toEqual([404, { error: 'Package not found' }]);
    expect((await ask('/packages/left/7.0.0')).status).toBe(404);
    // One document for all of it, and one more to see whether there is a version 7 by now.
    expect(upstream.count('/left')).toBeLessThanOrEqual(2);
  });

  test('[P-10] [P-54] versions, and the archive, which is stored and counted like any other', async () => {
    expect((await ask('/packages/left/versions')).body).toEqual({
      versions: ['2.0.0-rc.1', '1.10.0', '1.9.0', '1.0.0'],
    });
    const url = `${server.url}/packages/left/1.9.0/tarball`;
    const first = Buffer.from(await (await fetch(url)).arrayBuffer());
    const again = await fetch(url);
    expect(Buffer.from(await again.arrayBuffer()).equals(first)).toBe(true);
    expect(again.headers.get('content-type')).toBe('application/gzip');
    expect(upstream.count('/left/-/left-1.9.0.tgz')).toBe(1);
    // Now the SHA-256 is known.
    expect((await ask('/packages/left/1.9.0')).body).toMatchObject({
      checksum: `sha256:${createHash('sha256').update(first).digest('hex')}`,
      size: first.length,
    });
    expect((await fetch(`${server.url}/packages/left/8.0.0/tarball`)).status).toBe(404);
  });

  test('a name that is ours is not asked for, and what is ours wins', async () => {
    expect((await ask('/packages/ours')).body).toMatchObject({ version: '1.0.0' });
    expect((await ask('/packages/ours/versions')).body).toEqual({ versions: ['1.0.0'] });
    expect((await ask('/packages/ours/9.9.9')).status).toBe(404);
    expect(upstream.count(/ours/)).toBe(0);
  });

  test('cooldown and blocks hold here too', async () => {
    expect((await ask('/packages/young')).body).toMatchObject({ version: '1.0.0' });
    expect((await ask('/packages/young/versions')).body).toEqual({ versions: ['1.0.0'] });
    const held = await ask('/packages/young/1.0.1');
    expect(held.status).toBe(403);
    expect(held.body['error']).toContain('cooldown');
    expect((await ask('/packages/young/1.0.1/tarball')).status).toBe(403);
  });
});

describe('A search', () => {
  test('[P-11] is filled up from the upstream, without what is here, hidden or held back', async () => {
    const old = '2025-01-01T00:00:00.000Z';
    const now = new Date().toISOString();
    await publish(server, anna, 'fish-ours', '1.0.0');
    await hide('fish-secret');
    found = [
      { name: 'fish-theirs', version: '1.0.0', date: old, description: 'Swims' },
      { name: 'fish-ours', version: '6.6.6', date: old },
      { name: 'fish-secret', version: '6.6.6', date: old },
      { name: 'fish-new', version: '6.6.6', date: now },
      { name: 'fish-undated', version: '6.6.6' },
      { name: 'Not A Name', version: '1.0.0', date: old },
    ];
    expect(await names('q=fish')).toEqual(['fish-ours', 'fish-theirs']);
    expect(await names('q=fish&limit=1')).toEqual(['fish-ours']);
    expect(await names('q=fish', anna)).toEqual(['fish-ours', 'fish-secret', 'fish-theirs']);
    expect(upstream.count(/^\/-\/v1\/search\?text=fish&/)).toBe(1);
    const { body } = await ask('/search?q=fish');
    expect((body['results'] as object[])[1]).toEqual({
      name: 'fish-theirs',
      version: '1.0.0',
      description: 'Swims',
      downloads: 0,
    });
  });

  test('never tells the upstream a name that is ours', async () => {
    await hide('plan-x');
    expect(await names('q=plan-x')).toEqual([]);
    expect(await names('q=what+is+plan-x')).toEqual([]);
    await run('registry', 'claim', '@secret/*');
    expect(await names('q=@secret/thing')).toEqual([]);
    expect(await names('q=@secret')).toEqual([]);
    expect(upstream.count(/search/)).toBe(0);
  });

  test('goes without an upstream that cannot be asked, or answers nonsense', async () => {
    await publish(server, anna, 'bird-ours', '1.0.0');
    upstream.script = (_request, response) => response.end('<html>');
    expect(await names('q=bird')).toEqual(['bird-ours']);
    upstream.script = (_request, response) => response.writeHead(500).end();
    expect(await names('q=bird-o')).toEqual(['bird-ours']);
  });
});

describe('[P-36] With NPM_FALLBACK=false', () => {
  test('what is not here is not found, and nobody is asked', async () => {
    const alone = await startKontor({
      env: { KONTOR_NPM_UPSTREAM: undefined, NPM_FALLBACK: 'false', npm_config_registry: upstream.url },
    });
    for (const [path, status] of [
      ['/packages/left', 404],
      ['/packages/left/1.0.0', 404],
      ['/packages/left/1.0.0/tarball', 404],
      ['/packages/left/versions', 200],
      ['/search?q=left', 200],
    ] as const) {
      expect((await fetch(`${alone.url}${path}`)).status).toBe(status);
    }
    expect(upstream.requests).toEqual([]);
    await alone.stop();
  });
});
