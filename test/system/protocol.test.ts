import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { digestsOf, packageTarball, packageUrl, publishBody, register } from '../setup/publish.ts';
import { rawRequest, type RawAnswer } from '../setup/raw.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*';
const NAME = '@acme/demo';
/** Spellings of clients: npm and yarn, pnpm, browsers, and a coded @. */
const spellings = ['/npm/@acme%2fdemo', '/npm/@acme%2Fdemo', '/npm/@acme/demo', '/npm/%40acme%2fdemo'];

const inside = {
  name: NAME,
  version: '1.0.0',
  description: 'Shows how',
  keywords: ['a', 'b'],
  license: 'MIT',
  homepage: 'https://example.com/',
  repository: { type: 'git', url: 'https://example.com/demo.git' },
  author: { name: 'Anna' },
  bin: { demo: 'index.js' },
  engines: { node: '>=20' },
  dependencies: { other: '^1.0.0' },
  devDependencies: { tool: '1' },
  peerDependencies: { peer: '*' },
  scripts: { postinstall: 'node index.js', test: 'true' },
  os: ['linux'],
};

let server: RunningKontor;
let token: string;
let tarball: Buffer;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  tarball = await packageTarball(NAME, '1.0.0', { 'package/package.json': JSON.stringify(inside) });
  await put('1.0.0', tarball, inside, 'latest', '# Demo\n');
  const next = { ...inside, version: '2.0.0-rc.1', deprecated: 'wait for 2.0.0' };
  await put(
    '2.0.0-rc.1',
    await packageTarball(NAME, '2.0.0-rc.1', { 'package/package.json': JSON.stringify(next) }),
    next,
    'next',
  );
});

async function put(version: string, bytes: Buffer, manifest: object, tag: string, readme?: string) {
  const body = publishBody(NAME, version, bytes, tag);
  body.versions[version] = { ...body.versions[version], ...manifest, readme, _nodeVersion: '24.0.0' };
  const response = await fetch(packageUrl(server, NAME), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(await response.text());
}

function get(target: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return rawRequest(server, { target, headers: { host: `127.0.0.1:${server.port}`, ...headers } });
}

async function json(target: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}${target}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

const dist = () => ({
  ...digestsOf(tarball),
  tarball: `${server.url}/npm/@acme/demo/-/demo-1.0.0.tgz`,
  fileCount: 2,
  unpackedSize: expect.any(Number),
  signatures: [{ keyid: expect.stringMatching(/^SHA256:/), sig: expect.any(String) }],
});
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const anna = { name: 'anna', email: expect.any(String) };

/** The base of the tarball's URL for a client that sends this Host. */
async function tarballAt(host: string): Promise<string> {
  const { body } = await get('/npm/@acme%2fdemo/1.0.0', { host });
  return (JSON.parse(body) as { dist: { tarball: string } }).dist.tarball.replace(/\/npm\/.*/, '');
}

describe('the packument', () => {
  test.each(spellings)('is found under %s', async (target) => {
    expect(await json(target)).toMatchObject({ name: NAME });
  });

  test('in full has what the versions say, times, owners and what the latest version says', async () => {
    const packument = await json('/npm/@acme%2fdemo', { accept: 'application/json' });
    const { scripts: _, ...more } = inside;
    expect(packument).toEqual({
      _id: NAME,
      _rev: expect.stringMatching(/^\d+-[0-9a-f]+$/),
      _attachments: {},
      name: NAME,
      'dist-tags': { latest: '1.0.0', next: '2.0.0-rc.1' },
      time: { created: isoTime, modified: isoTime, '1.0.0': isoTime, '2.0.0-rc.1': isoTime },
      maintainers: [anna],
      readme: '# Demo\n',
      description: more.description,
      homepage: more.homepage,
      keywords: more.keywords,
      license: more.license,
      repository: more.repository,
      author: more.author,
      versions: {
        '1.0.0': {
          ...inside,
          _id: `${NAME}@1.0.0`,
          _nodeVersion: '24.0.0',
          _npmUser: anna,
          maintainers: [anna],
          dist: dist(),
        },
        '2.0.0-rc.1': expect.objectContaining({ version: '2.0.0-rc.1', deprecated: 'wait for 2.0.0' }),
      },
    });
  });

  test('abbreviated has what an installer needs and no more', async () => {
    const packument = await json('/npm/@acme%2fdemo', { accept: ABBREVIATED });
    const {
      description: _d,
      keywords: _k,
      license: _l,
      homepage: _h,
      repository: _r,
      author: _a,
      ...rest
    } = inside;
    const { scripts: _s, ...needed } = rest;
    expect(packument).toEqual({
      name: NAME,
      modified: isoTime,
      'dist-tags': { latest: '1.0.0', next: '2.0.0-rc.1' },
      versions: {
        '1.0.0': { ...needed, hasInstallScript: true, dist: dist() },
        '2.0.0-rc.1': expect.objectContaining({ deprecated: 'wait for 2.0.0' }),
      },
    });
  });

  test.each([
    ['nothing', {}, 'application/json'],
    ['*/*', { accept: '*/*' }, 'application/json'],
    ['what npm ci sends', { accept: ABBREVIATED }, 'application/vnd.npm.install-v1+json'],
  ])('for Accept of %s has the right type', async (_what, headers, type) => {
    const { headers: got } = await get('/npm/@acme%2fdemo', headers);
    expect(got.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(got.get('vary')).toBe('Accept, Accept-Encoding');
  });

  test('with ?write=true is the full one, whatever Accept says', async () => {
    const packument = await json('/npm/@acme%2fdemo?write=true', { accept: ABBREVIATED });
    expect(packument).toHaveProperty('_rev');
  });

  test('is compressed only for who takes it, and is the same', async () => {
    const plain = await get('/npm/@acme%2fdemo', { 'accept-encoding': 'identity' });
    expect(plain.headers.has('content-encoding')).toBe(false);
    for (const accepted of ['gzip', 'gzip,deflate', 'zstd, gzip;q=0.5', '*']) {
      const { headers } = await get('/npm/@acme%2fdemo', { 'accept-encoding': accepted });
      expect([accepted, headers.get('content-encoding')]).toEqual([accepted, 'gzip']);
    }
    for (const refused of ['', 'br', 'gzip;q=0', 'gzip;q=0.0, br', 'nonsense']) {
      const { headers } = await get('/npm/@acme%2fdemo', { 'accept-encoding': refused });
      expect([refused, headers.has('content-encoding')]).toEqual([refused, false]);
    }
    const response = await fetch(packageUrl(server, NAME), { headers: { 'accept-encoding': 'gzip' } });
    expect(await response.json()).toEqual(await json('/npm/@acme%2fdemo', { 'accept-encoding': 'identity' }));
  });

  test('says 304 to who has it, for each form by itself, until something changes', async () => {
    const first = await get('/npm/@acme%2fdemo');
    const etag = first.headers.get('etag') ?? '';
    const abbreviated = (await get('/npm/@acme%2fdemo', { accept: ABBREVIATED })).headers.get('etag');
    expect(abbreviated).not.toBe(etag);
    for (const match of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
      const { status, body, headers } = await get('/npm/@acme%2fdemo', { 'if-none-match': match });
      expect([match, status, body, headers.get('etag')]).toEqual([match, 304, '', etag]);
    }
    for (const match of ['"x"', 'nonsense', '', abbreviated ?? '']) {
      expect([match, (await get('/npm/@acme%2fdemo', { 'if-none-match': match })).status]).toEqual([
        match,
        200,
      ]);
    }
    const tag = `${server.url}/npm/-/package/@acme%2fdemo/dist-tags/beta`;
    const headers = { authorization: `Bearer ${token}` };
    await fetch(tag, { method: 'PUT', headers, body: '"1.0.0"' });
    expect((await get('/npm/@acme%2fdemo', { 'if-none-match': etag })).status).toBe(200);
    await fetch(tag, { method: 'DELETE', headers });
  });

  test('follows the Host by which a client on this machine came, and nonsense there poisons nothing', async () => {
    expect(await tarballAt('localhost:4873')).toBe('http://localhost:4873');
    for (const host of ['evil.example/path', 'a"b', 'user@evil.example', 'a b', '[::1', 'x:999999'])
      expect([host, await tarballAt(host)]).toEqual([host, `http://127.0.0.1:${server.port}`]);
  });
});

describe('one version', () => {
  test.each(['1.0.0', 'latest'])('is read by %s', async (which) => {
    const manifest = await json(`/npm/@acme%2fdemo/${which}`);
    expect(manifest).toMatchObject({ ...inside, _id: `${NAME}@1.0.0`, maintainers: [anna], dist: dist() });
    expect(await json(`/npm/@acme/demo/${which}`)).toEqual(manifest);
  });

  test.each(['9.9.9', 'nothing', '^1.0.0', '1.0', '*'])('%s is not found', async (which) => {
    expect((await get(`/npm/@acme%2fdemo/${encodeURIComponent(which)}`)).status).toBe(404);
  });

  test('is signed: node verifies its signature with the key that the registry shows', async () => {
    const { keys } = (await json('/npm/-/npm/v1/keys')) as { keys: Record<string, string | null>[] };
    expect(keys).toEqual([
      {
        expires: null,
        keyid: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
        keytype: 'ecdsa-sha2-nistp256',
        scheme: 'ecdsa-sha2-nistp256',
        key: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
      },
    ]);
    const manifest = await json('/npm/@acme%2fdemo/1.0.0');
    const { integrity, signatures } = manifest['dist'] as {
      integrity: string;
      signatures: { keyid: string; sig: string }[];
    };
    expect(signatures).toHaveLength(1);
    const key = createPublicKey({
      key: Buffer.from(keys[0]?.['key'] ?? '', 'base64'),
      format: 'der',
      type: 'spki',
    });
    const good = (text: string) =>
      verifySignature('sha256', Buffer.from(text), key, Buffer.from(signatures[0]?.sig ?? '', 'base64'));
    expect(signatures[0]?.keyid).toBe(keys[0]?.['keyid']);
    expect([good(`${NAME}@1.0.0:${integrity}`), good(`${NAME}@1.0.1:${integrity}`)]).toEqual([true, false]);
  });
});
