import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemsOf, startInProcess, type InProcess } from '../setup/in-process.ts';
import { register } from '../setup/publish.ts';
import {
  askVais,
  publishVais,
  vaisForm,
  vaisFormType,
  vaisManifest,
  vaisMetadata,
  vaisTarball,
} from '../setup/vais-packages.ts';

let server: InProcess;
let anna: string;
let berta: string;
beforeAll(async () => {
  server = await startInProcess({ KONTOR_PROFILE: 'vais', KONTOR_REGISTRATION: 'open' });
  [anna, berta] = [await register(server, 'anna'), await register(server, 'berta')];
});
afterAll(() => server.stop());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const get = (path: string, token?: string) => askVais(server, path, { token });
const fetched = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { method, headers });
const refusal = (status: number, error: unknown) => ({ status, body: { error, status } });
const post = (path: string, token?: string) => askVais(server, path, { token, method: 'POST' });

const add = (name: string, username: unknown, token?: string) =>
  askVais(server, `/packages/${name}/owners`, { method: 'POST', token, json: { username } });
const remove = (name: string, username: string, token?: string) =>
  askVais(server, `/packages/${name}/owners/${username}`, { method: 'DELETE', token });
const ownersOf = async (name: string) => (await get(`/packages/${name}`)).body['owners'];

/** The package as the guide shows it, word for word. */
const SAMPLE = `[package]
name = "my-package"
version = "1.0.0"
authors = ["Your Name <your.email@example.com>"]
description = "A sample Vais package"
license = "MIT"

[dependencies]
json-parser = "^1.0.0"
http-client = { version = "~2.1.0" }
local-lib = { path = "../local-lib" }

[dev-dependencies]
test-framework = ">=0.5.0"
`;

describe('A Vais package', () => {
  test('[V-17] [V-18] [V-40] [V-49] [V-61] [V-62] is published as the guide shows it, and told of with its digest', async () => {
    const tarball = await vaisTarball({ name: 'my-package', manifest: SAMPLE });
    const checksum = sha256(tarball);
    // What the original client makes of it: a path alone is any version.
    const wish = { name: 'my-package', dependencies: { 'json-parser': '^1.0.0', 'local-lib': '*' } };
    expect(await publishVais(server, anna, wish, { tarball, base: '' })).toEqual({
      status: 200,
      body: { name: 'my-package', version: '1.0.0', checksum },
    });
    expect(await get('/packages/my-package/1.0.0')).toEqual({
      status: 200,
      body: {
        name: 'my-package',
        version: '1.0.0',
        description: 'A sample Vais package',
        license: 'MIT',
        authors: ['Your Name <your.email@example.com>'],
        checksum,
        size: tarball.length,
        yanked: false,
        downloads: 0,
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        dependencies: [
          { name: 'json-parser', version_req: '^1.0.0', kind: 'normal' },
          { name: 'http-client', version_req: '~2.1.0', kind: 'normal' },
          { name: 'local-lib', version_req: '*', kind: 'normal' },
          { name: 'test-framework', version_req: '>=0.5.0', kind: 'dev' },
        ],
        download_url: `${server.url}/packages/my-package/1.0.0.tar.gz`,
      },
    });
  });

  test('[V-69] lies in the storage as the guide shows it, and elsewhere where the name is that of another folder', async () => {
    const folder = join(server.data, 'packages');
    const path = (...parts: string[]) => join(folder, ...parts);
    const published = async (name: string, version: string) => {
      expect(await publishVais(server, anna, { name, version })).toMatchObject({ status: 200 });
      return vaisTarball({ name, version });
    };
    const parser = await published('json-parser', '1.0.0');
    expect(readFileSync(path('json-parser', '1.0.0.tar.gz')).equals(parser)).toBe(true);
    await published('json-parser', '1.0.1-RC.1+b5');
    expect(existsSync(path('json-parser', '1.0.1-~r~c.1+b5.tar.gz'))).toBe(true);
    for (const name of ['npm', 'commits', 'pool']) {
      await published(name, '1.0.0');
      expect([
        existsSync(path(name, '1.0.0.tar.gz')),
        existsSync(path('vais', name, '1.0.0.tar.gz')),
      ]).toEqual([false, true]);
    }
  });

  test('[V-62] is there once: the second time gets 409 and changes nothing', async () => {
    await publishVais(server, anna, { name: 'once' });
    const before = await get('/packages/once');
    const again = {
      status: 409,
      body: { error: 'Version already exists: once@1.0.0', status: 409 },
    };
    expect(await publishVais(server, anna, { name: 'once' })).toEqual(again);
    const other = await vaisTarball({ name: 'once', more: 'homepage = "https://example.com"' });
    expect(await publishVais(server, anna, { name: 'once' }, { tarball: other })).toEqual(again);
    // Build metadata makes no other version.
    expect(await publishVais(server, anna, { name: 'once', version: '1.0.0+two' })).toMatchObject({
      status: 409,
      body: { error: 'Version already exists: once@1.0.0+two' },
    });
    expect(await get('/packages/once')).toEqual(before);
  });

  test('[V-17] is refused with another checksum than that of its archive, and nothing is stored', async () => {
    const wrong = { metadata: { checksum: 'a'.repeat(64) } };
    expect(await publishVais(server, anna, { name: 'wrong' }, wrong)).toEqual({
      status: 400,
      body: { error: 'Invalid checksum', status: 400 },
    });
    expect((await get('/packages/wrong')).status).toBe(404);
    expect(existsSync(join(server.data, 'packages', 'wrong'))).toBe(false);
    const none = await publishVais(server, anna, { name: 'unsaid' }, { metadata: { checksum: undefined } });
    expect(none.status).toBe(200);
  });

  test('[V-51] takes a token that is good, and belongs to whoever came first', async () => {
    expect(await publishVais(server, null, { name: 'mine' })).toEqual(refusal(401, 'Unauthorized'));
    expect(await publishVais(server, 'vais_garbage', { name: 'mine' })).toEqual(
      refusal(401, 'Invalid token'),
    );
    expect((await publishVais(server, anna, { name: 'mine' })).status).toBe(200);
    expect(await publishVais(server, berta, { name: 'mine', version: '2.0.0' })).toEqual(
      refusal(403, expect.stringMatching(/^Forbidden: /)),
    );
    expect(await post('/packages/mine/1.0.0.tar.gz/yank', anna)).toEqual(
      refusal(404, 'Version not found: mine@1.0.0.tar.gz'),
    );
    expect(await post('/packages/mine/1.0.0/yank', berta)).toEqual(
      refusal(403, expect.stringMatching(/^Forbidden: /)),
    );
    expect(await post('/packages/mine/1.0.0/yank')).toEqual(refusal(401, 'Unauthorized'));
    expect(await post('/packages/mine/1.0.0/yank', 'garbage')).toEqual(refusal(401, 'Invalid token'));
  });

  test('[V-63] is yanked and comes back, as often as its owner says so, and stays for those who have it', async () => {
    for (const version of ['1.0.0', '1.1.0']) await publishVais(server, anna, { name: 'taken', version });
    for (let times = 0; times < 2; times += 1) {
      expect(await post('/packages/taken/1.1.0/yank', anna)).toEqual({ status: 200, body: {} });
    }
    expect(await get('/packages/taken/1.1.0')).toMatchObject({ body: { yanked: true } });
    const archive = await fetch(`${server.url}/packages/taken/1.1.0.tar.gz`);
    expect(sha256(await archive.bytes())).toBe(
      sha256(await vaisTarball({ name: 'taken', version: '1.1.0' })),
    );
    expect(await publishVais(server, anna, { name: 'taken', version: '1.1.0' })).toMatchObject({
      status: 409,
    });
    expect(await post('/packages/taken/1.1.0/unyank', anna)).toEqual({ status: 200, body: {} });
    expect(await get('/packages/taken/1.1.0')).toMatchObject({ body: { yanked: false } });
    expect(await post('/packages/taken/9.9.9/yank', anna)).toEqual({
      status: 404,
      body: { error: 'Version not found: taken@9.9.9', status: 404 },
    });
    expect(await post('/packages/nothing/1.0.0/yank', anna)).toEqual({
      status: 404,
      body: { error: 'Package not found: nothing', status: 404 },
    });
  });

  test('is told of as a whole, with the version that speaks for it and all others', async () => {
    const more = 'keywords = ["json"]\ncategories = ["parsing"]\nrepository = "https://example.com/git"';
    for (const version of ['1.0.0', '2.0.0', '1.0.1', '3.0.0-beta.1']) {
      await publishVais(server, anna, { name: 'whole', version, more: version === '2.0.0' ? more : '' });
    }
    const { status, body } = await get('/packages/whole');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'whole',
      description: 'The package whole',
      homepage: null,
      repository: 'https://example.com/git',
      documentation: null,
      license: 'MIT',
      keywords: ['json'],
      categories: ['parsing'],
      downloads: 0,
      owners: ['anna'],
    });
    const versions = body['versions'] as Record<string, unknown>[];
    expect(versions.map(({ version }) => version)).toEqual(['3.0.0-beta.1', '1.0.1', '2.0.0', '1.0.0']);
    expect(Object.keys(versions[0] ?? {})).toEqual([
      'version',
      'checksum',
      'size',
      'yanked',
      'downloads',
      'created_at',
      'dependencies',
    ]);
    await post('/packages/whole/2.0.0/yank', anna);
    expect((await get('/packages/whole')).body).toMatchObject({ keywords: [] });
  });

  test('says in its manifest what it is; what that leaves out may come with the upload', async () => {
    const manifest = `[package]\nname = "brief"\nversion = "1.0.0"\nlicense = "MIT"\n`;
    const about = { description: 'Said beside', license: 'GPL', authors: [], dependencies: { other: '1' } };
    await publishVais(server, anna, { name: 'brief', manifest }, { metadata: about });
    expect((await get('/packages/brief/1.0.0')).body).toMatchObject({
      description: 'Said beside',
      license: 'MIT',
      authors: [],
      dependencies: [],
    });
  });
});

test('[V-59] the registry is healthy wherever it is asked', async () => {
  for (const base of ['', '/api/v1', '/vais', '/vais/api/v1']) {
    expect(await get(`${base}/health`)).toEqual({
      status: 200,
      body: { status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
  }
});

describe('The archive of a Vais package', () => {
  let tarball: Buffer;
  beforeAll(async () => {
    tarball = await vaisTarball({ name: 'file', version: '1.0.0+b.1' });
    await publishVais(server, anna, { name: 'file', version: '1.0.0+b.1' }, { tarball });
  });

  test.each([
    '/packages/file/1.0.0+b.1.tar.gz',
    '/packages/file/1.0.0%2Bb.1.tar.gz',
    '//packages/file/1.0.0+b.1.tar.gz',
    '/vais/packages/file/1.0.0+b.1.tar.gz',
    '/vais/api/v1/packages/file/1.0.0+b.1.tar.gz',
    '/api/v1/packages/file/1.0.0+b.1.tar.gz',
    '/api/v1/packages/file/1.0.0+b.1',
  ])('comes from %s as it was sent', async (path) => {
    const response = await fetched(path, { accept: '*/*', 'accept-encoding': 'gzip' });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/gzip',
      'content-disposition': 'attachment; filename="file-1.0.0+b.1.tar.gz"',
      'content-length': String(tarball.length),
      etag: `"${sha256(tarball)}"`,
    });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(Buffer.from(await response.bytes()).equals(tarball)).toBe(true);
  });

  test('is JSON below /api/v1 for whoever asks for that', async () => {
    const path = '/api/v1/packages/file/1.0.0+b.1';
    const response = await fetched(path, { accept: 'text/html, application/json' });
    expect(await response.json()).toMatchObject({ version: '1.0.0+b.1', checksum: sha256(tarball) });
    expect(
      (await fetched(`${path}.tar.gz`, { accept: 'application/json' })).headers.get('content-type'),
    ).toBe('application/gzip');
  });

  test('comes in part, or not at all to whoever has it, and is counted when it came', async () => {
    const path = '/packages/file/1.0.0+b.1.tar.gz';
    const part = await fetched(path, { range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-7/${tarball.length}`]);
    expect(Buffer.from(await part.bytes()).equals(tarball.subarray(4, 8))).toBe(true);
    expect((await fetched(path, { 'if-none-match': `"${sha256(tarball)}"` })).status).toBe(304);
    const head = await fetched(path, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(tarball.length)]);
    const metadata = await fetched('/packages/file/1.0.0+b.1', {}, 'HEAD');
    expect([metadata.status, metadata.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    const counted = async () => (await get('/packages/file')).body['downloads'];
    await expect.poll(counted, { timeout: 10_000 }).toBe(8);
    expect((await get('/packages/file/1.0.0+b.1')).body['downloads']).toBe(8);
  });

  test('that is not there gets 404 in words that say so', async () => {
    expect(await get('/packages/file/2.0.0.tar.gz')).toEqual({
      status: 404,
      body: { error: 'Version not found: file@2.0.0', status: 404 },
    });
    expect(await get('/packages/file/2.0.0')).toMatchObject({
      body: { error: 'Version not found: file@2.0.0' },
    });
    expect(await get('/packages/nothing/1.0.0')).toEqual({
      status: 404,
      body: { error: 'Package not found: nothing', status: 404 },
    });
    for (const path of ['/packages/nothing/1.0.0.tar.gz', '/api/v1/packages/nothing/1.0.0']) {
      expect(await get(path)).toEqual({
        status: 404,
        body: { error: 'Package not found: nothing', status: 404 },
      });
    }
    expect(await get('/packages/Nothing')).toMatchObject({ status: 404 });
  });
});

describe('The owners of a Vais package', () => {
  test('[V-51] may name others, who publish then, and take them off again, down to the last', async () => {
    await publishVais(server, anna, { name: 'shared' });
    expect(await add('shared', 'berta', berta)).toEqual(refusal(403, expect.stringMatching(/^Forbidden: /)));
    expect(await add('shared', 'berta')).toEqual(refusal(401, 'Unauthorized'));
    expect(await add('shared', 'berta', anna)).toEqual({ status: 201, body: {} });
    expect(await ownersOf('shared')).toEqual(['anna', 'berta']);
    expect((await publishVais(server, berta, { name: 'shared', version: '1.1.0' })).status).toBe(200);
    expect(await add('shared', 'Berta', anna)).toEqual(
      refusal(400, 'Bad request: berta is an owner of shared already.'),
    );
    expect(await remove('shared', 'anna', berta)).toEqual({ status: 204, body: {} });
    expect(await remove('shared', 'berta', berta)).toEqual(
      refusal(400, expect.stringMatching(/^Bad request: shared needs at least one owner/)),
    );
    expect(await ownersOf('shared')).toEqual(['berta']);
  });

  test('are users of this server', async () => {
    await publishVais(server, anna, { name: 'ours' });
    expect(await add('ours', 'nobody-here', anna)).toEqual(refusal(404, 'User not found: nobody-here'));
    expect(await remove('ours', 'Berta', anna)).toEqual(refusal(404, 'berta is no owner of ours'));
    expect(await remove('ours', 'nobody-here', anna)).toEqual(refusal(404, 'User not found: nobody-here'));
    // Only owners are told who has an account.
    for (const name of ['anna', 'berta', 'nobody-here']) {
      expect(await remove('ours', name, berta)).toEqual(refusal(403, expect.stringMatching(/^Forbidden: /)));
    }
    expect(await add('nothing', 'berta', anna)).toEqual(refusal(404, 'Package not found: nothing'));
    expect(await add('ours', 7, anna)).toMatchObject({ status: 400 });
    expect(await askVais(server, '/packages/ours/owners', { method: 'POST', token: anna })).toEqual(
      refusal(400, 'Invalid JSON'),
    );
  });

  test('are all there when several were named at once', async () => {
    await publishVais(server, anna, { name: 'many' });
    const names = ['carla', 'dora', 'emma'];
    for (const name of names) await register(server, name);
    const answers = await Promise.all(names.map((name) => add('many', name, anna)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await ownersOf('many')).toEqual(expect.arrayContaining(['anna', ...names]));
  });
});

test('[V-18] parts come in either order, with others between them', async () => {
  const wish = { name: 'parts' };
  const tarball = await vaisTarball(wish);
  const metadata = JSON.stringify(vaisMetadata(wish, tarball));
  const parts = ['one', 'archive', 'readme', 'metadata', 'four'];
  const response = await fetch(`${server.url}/api/v1/packages/publish`, {
    method: 'POST',
    headers: { authorization: `Bearer ${anna}`, 'content-type': vaisFormType },
    body: new Uint8Array(vaisForm(metadata, tarball, { parts })),
  });
  expect([response.status, await response.json()]).toEqual([
    200,
    { name: 'parts', version: '1.0.0', checksum: sha256(tarball) },
  ]);
  expect(vaisManifest(wish)).toContain('name = "parts"');
});

test('[V-69] after all that what is stored is whole', async () => {
  expect(await problemsOf(server, { KONTOR_PROFILE: 'vais' })).toEqual([]);
});
