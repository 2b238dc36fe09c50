import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { digestsOf, packageTarball, publish as publishByNpm, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let server: RunningKontor;
let anna: string;
let berta: string;

beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_PANTRY_MAX_PACKAGE_SIZE: '1MB' } });
  anna = await register(server, 'anna');
  berta = await register(server, 'berta');
});

let made = 0;
const freshName = () => `pantry-${++made}`;

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function ask(path: string, init: RequestInit & { token?: string } = {}): Promise<Answer> {
  const { token, ...rest } = init;
  const headers = { ...(rest.headers as object), ...(token !== undefined && { authorization: token }) };
  const response = await fetch(`${server.url}${path}`, { ...rest, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** What a form holds: texts are fields, bytes are files. */
function form(parts: Record<string, string | Buffer>): FormData {
  const data = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') data.append(name, part);
    else data.append(name, new Blob([new Uint8Array(part)]), `${name}.tgz`);
  }
  return data;
}

/** As Pantry's client sends it: a bare token, `metadata` and `tarball`. */
async function publish(
  metadata: Record<string, unknown>,
  { token = anna, tarball }: { token?: string; tarball?: Buffer } = {},
): Promise<Answer> {
  const { name, version } = metadata as { name: string; version: string };
  const data = new FormData();
  data.append('metadata', JSON.stringify(metadata));
  data.append(
    'tarball',
    new Blob([new Uint8Array(tarball ?? (await packageTarball(name, version)))]),
    'package.tgz',
  );
  return ask('/publish', { method: 'POST', body: data, token });
}

async function publishJson(body: unknown, token = `Bearer ${anna}`): Promise<Answer> {
  return ask('/publish', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    token,
  });
}

async function readingToken(): Promise<string> {
  const { body } = await ask('/npm/-/npm/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      password: 'a long pass phrase of anna',
      name: 'reads',
      readonly: true,
      cidr_whitelist: [],
    }),
    token: `Bearer ${anna}`,
  });
  return String(body['token']);
}

describe('Publishing', () => {
  test('[P-02] [P-12] [P-37] a form gives a version that every door has', async () => {
    const name = `@acme/${freshName()}`;
    const tarball = await packageTarball(name, '1.0.0', {
      'package/package.json': JSON.stringify({
        name,
        version: '1.0.0',
        description: 'from package.json',
        bin: './cli.js',
        dependencies: { left: '^1.0.0' },
        engines: { node: '>=24' },
      }),
    });
    const metadata = {
      name,
      version: '1.0.0',
      description: 'from the form',
      homepage: 'https://example.com',
    };
    const answer = await publish(metadata, { tarball });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ success: true, message: `Published ${name}@1.0.0` });

    const { body } = await ask(`/packages/${name}`);
    expect(body).toMatchObject({
      name,
      version: '1.0.0',
      description: 'from package.json',
      homepage: 'https://example.com',
      dependencies: { left: '^1.0.0' },
      engines: { node: '>=24' },
      tarballUrl: `${server.url}/packages/${encodeURIComponent(name)}/1.0.0/tarball`,
      checksum: `sha256:${createHash('sha256').update(tarball).digest('hex')}`,
      publishedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      size: tarball.length,
      downloads: 0,
    });
    const packument = await ask(`/npm/${name.replace('/', '%2f')}`);
    expect(packument.body).toMatchObject({
      'dist-tags': { latest: '1.0.0' },
      versions: {
        '1.0.0': {
          bin: { [name.replace('@acme/', '')]: 'cli.js' },
          dependencies: { left: '^1.0.0' },
          _npmUser: { name: 'anna' },
          dist: { ...digestsOf(tarball), signatures: [{ keyid: expect.any(String) as string }] },
        },
      },
    });
  });

  test('[P-12] [P-38] JSON with base64 does the same', async () => {
    const name = freshName();
    const tarball = await packageTarball(name, '1.0.0');
    const answer = await publishJson({
      metadata: { name, version: '1.0.0' },
      tarball: tarball.toString('base64'),
    });
    expect(answer).toMatchObject({ status: 201, body: { message: `Published ${name}@1.0.0` } });
    expect((await ask(`/pantry/packages/${name}/1.0.0`)).body).toMatchObject({ size: tarball.length });
  });

  test('[P-12] a version is there once, whatever door it came by', async () => {
    const name = freshName();
    expect((await publish({ name, version: '1.0.0' })).status).toBe(201);
    const again = await publish({ name, version: '1.0.0' });
    expect(again).toMatchObject({ status: 409, body: { error: 'Version already exists' } });
    expect((await publishByNpm(server, anna, name, '1.0.0')).status).toBe(403);
    expect((await publishByNpm(server, anna, name, '1.1.0')).status).toBe(201);
    expect((await publish({ name, version: '1.1.0' })).status).toBe(409);
    // What it is does not matter then.
    const garbage = { metadata: { name, version: '1.1.0' }, tarball: '!' };
    expect((await publishJson(garbage)).status).toBe(409);
  });

  test('an older version does not become the latest one, and a prerelease only while there is no release', async () => {
    const name = freshName();
    const latest = async () => (await ask(`/packages/${name}`)).body['version'];
    for (const [version, expected] of [
      ['1.0.0-beta.1', '1.0.0-beta.1'],
      ['1.0.0-beta.2', '1.0.0-beta.2'],
      ['1.0.0', '1.0.0'],
      ['2.0.0', '2.0.0'],
      ['1.0.1', '2.0.0'],
      ['3.0.0-rc.1', '2.0.0'],
    ] as const) {
      expect((await publish({ name, version })).status).toBe(201);
      expect(await latest()).toBe(expected);
    }
    const { body } = await ask(`/packages/${name}/versions`);
    expect(body['versions']).toEqual([
      '3.0.0-rc.1',
      '2.0.0',
      '1.0.1',
      '1.0.0',
      '1.0.0-beta.2',
      '1.0.0-beta.1',
    ]);
  });

  test('`publishConfig.access` hides a package from others, in every way', async () => {
    const name = freshName();
    const tarball = await packageTarball(name, '1.0.0', {
      'package/package.json': JSON.stringify({
        name,
        version: '1.0.0',
        publishConfig: { access: 'restricted' },
      }),
    });
    expect((await publish({ name, version: '1.0.0' }, { tarball })).status).toBe(201);
    const paths = ['', '/1.0.0', '/1.0.0/tarball', '/versions'].map((rest) => `/packages/${name}${rest}`);
    for (const path of paths) {
      const hidden = await ask(path, { token: `Bearer ${berta}` });
      const missing = await ask(path.replace(name, 'never-was'), { token: `Bearer ${berta}` });
      expect([hidden.status, hidden.body]).toEqual([missing.status, missing.body]);
      expect(hidden.headers.get('cache-control')).toBe(missing.headers.get('cache-control'));
    }
    expect((await ask(`/packages/${name}`, { token: anna })).status).toBe(200);
    const versions = await ask(`/packages/${name}/versions`, { token: anna });
    expect(versions.body).toEqual({ versions: ['1.0.0'] });
    expect(versions.headers.get('cache-control')).toBe('private, max-age=60, must-revalidate');
    expect((await ask(`/search?q=${name}`)).body).toEqual({ results: [] });
  });

  test('[P-12] nobody, and whose token is no good or not for it, hears so before anything is read', async () => {
    const readOnly = await readingToken();
    for (const [token, error] of [
      [undefined, 'Authorization required'],
      ['Bearer your-token', 'Invalid token'],
      ['your-token', 'Invalid token'],
      [readOnly, 'Token does not have publish permission'],
    ] as const) {
      const answer = await ask('/publish', {
        method: 'POST',
        body: form({ metadata: '{' }),
        ...(token !== undefined && { token }),
      });
      expect(answer).toMatchObject({ status: 401, body: { error } });
    }
    const name = freshName();
    expect((await publish({ name, version: '1.0.0' })).status).toBe(201);
    expect((await publish({ name, version: '1.0.1' }, { token: berta })).status).toBe(403);
  });
});

describe('A publish that is not what it should be gets the status and the words that clients know', () => {
  const tgz = Buffer.from('not read yet');
  const good = { name: 'x', version: '1.0.0' };

  test.each<[what: string, parts: Record<string, string | Buffer>, error: string]>([
    ['nothing', {}, 'Missing metadata'],
    ['no metadata', { tarball: tgz }, 'Missing metadata'],
    ['no tarball', { metadata: '{}' }, 'Missing tarball'],
    ['metadata that is no JSON', { metadata: '{', tarball: tgz }, 'Invalid metadata JSON'],
  ])('a form with %s', async (_what, parts, error) => {
    const answer = await ask('/publish', { method: 'POST', body: form(parts), token: anna });
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  test.each<[what: string, body: unknown, error: string]>([
    ['nothing', '', 'Invalid JSON body'],
    ['half of it', '{"metadata":{', 'Invalid JSON body'],
    ['an array', '[]', 'Invalid JSON body'],
    ['no metadata', { tarball: 'AAAA' }, 'Missing metadata or tarball'],
    ['no tarball', { metadata: good }, 'Missing metadata or tarball'],
    ['a tarball that is no text', { metadata: good, tarball: 1 }, 'Missing metadata or tarball'],
    [
      'no base64',
      { metadata: { ...good, name: 'fresh-one' }, tarball: 'n*t' },
      'Invalid base64 tarball data',
    ],
  ])('JSON with %s', async (_what, body, error) => {
    expect(await publishJson(body)).toMatchObject({ status: 400, body: { error } });
  });

  test.each<[error: string, metadata: unknown]>([
    ['Package name is required', {}],
    ['Package name is required', { name: 7 }],
    ['Package name exceeds 214 characters', { name: 'a'.repeat(215) }],
    ['Package name contains invalid characters', { name: 'a b' }],
    ['Package name contains invalid characters', { name: '../x' }],
    ['Package name contains invalid characters', { name: 'a\0b' }],
    ['Package name contains invalid characters', { name: '@a/b/c' }],
    ['Package name is reserved', { name: 'node_modules' }],
    ['Package name is reserved', { name: 'constructor' }],
    ['Package name is reserved', { name: '__proto__' }],
    ['Version is required', { name: 'x' }],
    ['Version exceeds 64 characters', { name: 'x', version: '1'.repeat(65) }],
    ['Version contains invalid characters', { name: 'x', version: '1 0' }],
    ['Description exceeds 2000 characters', { ...good, description: 'a'.repeat(2001) }],
    ['Keywords must be an array', { ...good, keywords: 'a' }],
    ['Keywords exceed 50', { ...good, keywords: Array.from({ length: 51 }, () => 'a') }],
    ['Keyword exceeds 50 characters', { ...good, keywords: ['a'.repeat(51)] }],
    ['Homepage exceeds 512 characters', { ...good, homepage: 'a'.repeat(513) }],
  ])('metadata of which is said: %s', async (error, metadata) => {
    expect(await publishJson({ metadata, tarball: 'AAAA' })).toMatchObject({ status: 400, body: { error } });
  });

  test.each<[what: string, metadata: object, error: RegExp]>([
    ['capitals', { name: 'Demo', version: '1.0.0' }, /lower-case/],
    ['a version that is none', { name: 'demo', version: '1.0' }, /not valid semver/],
  ])('%s, in a sentence', async (_what, metadata, error) => {
    const answer = await publishJson({ metadata, tarball: 'AAAA' });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatch(error);
  });

  test('another name or version in the archive, or no archive', async () => {
    const name = freshName();
    const other = await packageTarball('other', '1.0.0');
    for (const [tarball, error] of [
      [other, /"name" is .* and "other" in the archive's package.json/],
      [await packageTarball(name, '1.0.1'), /"version" is "1.0.0"/],
      [Buffer.from('no archive'), /archive/],
      [gunzipSync(other), /archive/],
    ] as const) {
      const answer = await publish({ name, version: '1.0.0' }, { tarball });
      expect(answer.status).toBe(400);
      expect(answer.body['error']).toMatch(error);
    }
    expect((await ask(`/packages/${name}`)).status).toBe(404);
  });

  test('a tarball over the limit, in either form', async () => {
    const error = 'Tarball exceeds maximum size of 1MB';
    const tarball = Buffer.alloc(1024 ** 2 + 1);
    const metadata = { name: freshName(), version: '1.0.0' };
    expect(await publish(metadata, { tarball })).toMatchObject({ status: 413, body: { error } });
    const body = { metadata, tarball: tarball.toString('base64') };
    expect(await publishJson(body)).toMatchObject({ status: 413, body: { error } });
    const huge = { metadata, tarball: tarball.toString('base64').repeat(5) };
    expect(await publishJson(huge)).toMatchObject({ status: 413, body: { error } });
  });

  test('any other content type', async () => {
    for (const type of ['text/plain', 'multipart/mixed; boundary=x', 'application/x-www-form-urlencoded']) {
      const answer = await ask('/publish', {
        method: 'POST',
        body: 'x',
        headers: { 'content-type': type },
        token: anna,
      });
      expect(answer).toMatchObject({ status: 415, body: { error: 'Unsupported content type' } });
    }
  });

  test('metadata or tarball twice', async () => {
    for (const name of ['metadata', 'tarball']) {
      const data = form({ metadata: JSON.stringify(good), tarball: tgz });
      data.append(name, new Blob(['{}']), 'x');
      const answer = await ask('/publish', { method: 'POST', body: data, token: anna });
      expect(answer.status).toBe(400);
      expect(answer.body['error']).toContain(name);
    }
  });
});

describe('Reading', () => {
  let name: string;
  let tarball: Buffer;
  beforeAll(async () => {
    name = `@acme/${freshName()}`;
    tarball = await packageTarball(name, '1.0.0');
    await publishByNpm(server, anna, name, '1.0.0', { tarball });
    await publishByNpm(server, anna, name, '2.0.0', { tag: 'next' });
  });

  test('[P-07] [P-08] a package by its name, however the path has it, and a version by number or tag', async () => {
    const encoded = [name, encodeURIComponent(name), name.replace('/', '%2f'), name.replace('/', '%2F')];
    for (const path of encoded.flatMap((each) => [`/packages/${each}`, `/pantry/packages/${each}`])) {
      expect((await ask(path)).body).toMatchObject({ name, version: '1.0.0' });
    }
    expect((await ask(`/packages/${name}/2.0.0`)).body).toMatchObject({ version: '2.0.0' });
    expect((await ask(`/packages/${name}/next`)).body).toMatchObject({ version: '2.0.0' });
  });

  test('[P-28] every URL begins with what the client has asked', async () => {
    const atPantry = await ask(`/pantry/packages/${name}`);
    const url = `${server.url}/pantry/packages/${encodeURIComponent(name)}/1.0.0/tarball`;
    expect(atPantry.body['tarballUrl']).toBe(url);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(tarball)).toBe(true);
  });

  test('[P-07] [P-08] what is not there is not found, in its own words', async () => {
    for (const [path, status, error] of [
      ['/packages/never-was', 404, 'Package not found'],
      ['/packages/never-was/1.0.0', 404, 'Package version not found'],
      [`/packages/${name}/9.9.9`, 404, 'Package version not found'],
      [`/packages/${name}/v%20`, 404, 'Package version not found'],
      [`/packages/${name}/9.9.9/tarball`, 404, 'Package not found'],
      [`/packages/${name}/1%200/tarball`, 400, 'Invalid version'],
      [`/packages/${name}/${'1'.repeat(65)}/tarball`, 400, 'Invalid version'],
      ['/packages/..%2f..%2fetc', 400, 'Invalid package name'],
      ['/packages/a%01b', 400, 'Invalid package name'],
      ['/packages/a%01b/versions', 400, 'Invalid package name'],
      [`/packages/${name}/1.0.0/readme`, 404, 'Not found'],
      ['/analytics/a/b/c/d', 404, 'Not found'],
    ] as const) {
      expect(await ask(path)).toMatchObject({ status, body: { error } });
    }
    expect((await ask('/packages/a%00b')).status).toBe(400);
    expect((await ask('/packages/%ff')).status).toBe(400);
  });

  test('[P-09] the archive comes as it was sent, and is counted for every door', async () => {
    const url = `${server.url}/packages/${name}/1.0.0/tarball`;
    const response = await fetch(url);
    const sha256 = createHash('sha256').update(tarball).digest('hex');
    expect(Buffer.from(await response.arrayBuffer()).equals(tarball)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/gzip',
      'content-length': String(tarball.length),
      'content-disposition': `attachment; filename="${name.slice(1).replace('/', '-')}-1.0.0.tgz"`,
      etag: `"${sha256.slice(0, 32)}"`,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(response.headers.has('content-encoding')).toBe(false);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(tarball.length));
    const current = await fetch(url, { headers: { 'if-none-match': `"${sha256.slice(0, 32)}"` } });
    expect(current.status).toBe(304);
    const part = await fetch(url, { headers: { range: 'bytes=2-5' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, tarball.subarray(2, 6)]);
  });

  test('[P-69] a download counts once, at this door and at the npm door alike', async () => {
    const own = freshName();
    await publish({ name: own, version: '1.0.0' });
    const urls = [
      `/packages/${own}/1.0.0/tarball`,
      `/pantry/packages/${own}/1.0.0/tarball`,
      `/npm/${own}/-/${own}-1.0.0.tgz`,
    ];
    for (const url of urls) await (await fetch(`${server.url}${url}`)).arrayBuffer();
    await expect
      .poll(async () => (await ask(`/packages/${own}`)).body['downloads'], { timeout: 10_000 })
      .toBe(3);
    expect((await ask(`/npm/downloads/point/last-day/${own}`)).body['downloads']).toBe(3);
    expect((await ask(`/search?q=${own}`)).body).toMatchObject({ results: [{ downloads: 3 }] });
  });

  test('[P-10] versions come newest first, with a weak tag that spares the list', async () => {
    const { status, headers, body } = await ask(`/packages/${name}/versions`);
    expect([status, body]).toEqual([200, { versions: ['2.0.0', '1.0.0'] }]);
    expect(headers.get('cache-control')).toBe('public, max-age=60, must-revalidate');
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]{16}"$/);
    const again = await ask(`/packages/${name}/versions`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const unknown = await ask('/packages/never-was/versions');
    expect([unknown.status, unknown.body]).toEqual([200, { versions: [] }]);
  });
});

describe('A search', () => {
  test('[P-11] gives JSON to plain curl, what is downloaded most first, as much as was asked for', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `findable-${index}`);
    for (const name of names) {
      await publish({ name, version: '1.0.0', description: 'Findable things', keywords: ['Rare-Word'] });
    }
    await (await fetch(`${server.url}/packages/findable-7/1.0.0/tarball`)).arrayBuffer();
    await expect
      .poll(async () => (await ask('/packages/findable-7')).body['downloads'], { timeout: 10_000 })
      .toBe(1);
    const found = async (query: string) => {
      const { headers, body } = await ask(`/search?${query}`, { headers: { accept: '*/*' } });
      expect(headers.get('content-type')).toContain('application/json');
      return body['results'] as Record<string, unknown>[];
    };
    const results = await found('q=findable');
    expect(results).toHaveLength(20);
    expect(results[0]).toEqual({
      name: 'findable-7',
      version: '1.0.0',
      description: 'Findable things',
      keywords: ['Rare-Word'],
      downloads: 1,
    });
    expect(await found('q=FINDABLE&limit=50')).toHaveLength(22);
    expect(await found('q=findable&limit=100000')).toHaveLength(22);
    expect(await found('q=findable&limit=2')).toHaveLength(2);
    expect(await found('q=findable&limit=x')).toHaveLength(20);
    expect(await found('q=rare-word&limit=3')).toHaveLength(3);
    expect(await found('q=nothing-has-this')).toEqual([]);
    expect(await found('q=%26%26')).toEqual([]);
    expect(await found(`q=${'findable%20'.repeat(1000)}`)).toHaveLength(20);
    expect((await found('')).length).toBe(20);
    expect((await ask('/search?q=a&q=b')).status).toBe(400);
  });
});
