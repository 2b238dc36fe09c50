import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from 'vitest';
import { api } from '../setup/api.ts';
import { publish, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { askZig, publishZig, zigManifest, zigTarball } from '../setup/zig-packages.ts';

let server: RunningKontor;
let anna: string;
let berta: string;
beforeAll(async () => {
  server = await startKontor();
  [anna, berta] = [await register(server, 'anna'), await register(server, 'berta')];
});

const get = (path: string, token?: string) => askZig(server, path, token === undefined ? {} : { token });

describe('A Zig package', () => {
  test('[P-44] [P-45] is published with all that a dependency on it needs, both hashes included', async () => {
    const { status, body } = await publishZig(server, anna, {}, { fields: { description: 'Fine' } });
    expect(status).toBe(201);
    const tarballUrl = `${server.url}/zig/packages/my-zig-lib/1.0.0/tarball`;
    expect(body).toEqual({
      success: true,
      message: 'Published my-zig-lib@1.0.0',
      name: 'my-zig-lib',
      version: '1.0.0',
      hash: expect.stringMatching(/^my_zig_lib-1\.0\.0-[\w-]{44}$/),
      modernHash: body['hash'],
      legacyHash: expect.stringMatching(/^1220[0-9a-f]{64}$/),
      tarballUrl,
      fetchCommand: `zig fetch --save ${tarballUrl}`,
      dependency: `.my_zig_lib = .{\n    .url = "${tarballUrl}",\n    .hash = "${String(body['hash'])}",\n},`,
    });
  });

  test('[P-20] [P-21] [P-23] is found with dashes and with underscores, its newest release first', async () => {
    for (const version of ['1.10.0', '1.9.0', '2.0.0-rc.1']) {
      expect(await publishZig(server, anna, { name: 'num_bers', version })).toMatchObject({ status: 201 });
    }
    for (const name of ['num-bers', 'num_bers']) {
      expect(await get(`/packages/${name}`)).toMatchObject({
        status: 200,
        body: {
          name: 'num-bers',
          version: '1.10.0',
          fingerprint: expect.stringMatching(/^0x[0-9a-f]{16}$/),
          minimum_zig_version: '0.14.0',
          paths: ['build.zig', 'build.zig.zon', 'src'],
          tarballUrl: `${server.url}/zig/packages/num-bers/1.10.0/tarball`,
          fetchCommand: `zig fetch --save ${server.url}/zig/packages/num-bers/1.10.0/tarball`,
          dependency: expect.stringContaining('.num_bers = .{'),
          publishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          checksum: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        },
      });
      expect(await get(`/packages/${name}/1.9.0`)).toMatchObject({ status: 200, body: { version: '1.9.0' } });
      expect(await get(`/packages/${name}/versions`)).toEqual({
        status: 200,
        body: { name: 'num-bers', versions: ['2.0.0-rc.1', '1.10.0', '1.9.0'] },
      });
    }
  });

  test('that is not here has the answers that Pantry gives', async () => {
    expect(await get('/packages/nothing')).toEqual({ status: 404, body: { error: 'Package not found' } });
    expect(await get('/packages/nothing/1.0.0')).toEqual({
      status: 404,
      body: { error: 'Package version not found' },
    });
    expect(await get('/packages/nothing/1.0.0/tarball')).toEqual({
      status: 404,
      body: { error: 'Package not found' },
    });
    expect(await get('/packages/nothing/versions')).toEqual({
      status: 200,
      body: { name: 'nothing', versions: [] },
    });
    expect(await get('/hash/1220abc')).toEqual({
      status: 404,
      body: { error: 'Package not found for this hash' },
    });
    expect(await get('/nothing/at/all')).toEqual({ status: 404, body: { error: 'Not found' } });
    expect(await get('/packages/a%01b')).toEqual({ status: 400, body: { error: 'Invalid package name' } });
    expect(await get('/packages/a..b')).toEqual({ status: 400, body: { error: 'Invalid package name' } });
  });

  test('[P-22] is sent as it came, with all that the compiler goes by', async () => {
    const tarball = await zigTarball({ name: 'bytes', version: '1.2.3-alpha.1+build.5' });
    await publishZig(server, anna, { name: 'bytes', version: '1.2.3-alpha.1+build.5' }, { tarball });
    const url = `${server.url}/zig/packages/bytes/1.2.3-alpha.1+build.5/tarball`;
    const response = await fetch(url, { headers: { 'accept-encoding': 'gzip, deflate' } });
    expect(Buffer.from(await response.arrayBuffer()).equals(tarball)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/gzip',
      'content-disposition': 'attachment; filename="bytes-1.2.3-alpha.1+build.5.tar.gz"',
      'content-length': String(tarball.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
    });
    expect(response.headers.get('content-encoding')).toBeNull();
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const again = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const head = await fetch(url.replace('+', '%2B'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(tarball.length)]);
  });

  test('[P-24] is found by its hash in both forms, however a client encodes it', async () => {
    const { body } = await publishZig(server, anna, { name: 'hashed', version: '0.1.0-a+b' });
    const { hash, legacyHash, tarballUrl, dependency } = body as Record<string, string>;
    expect(hash).toContain('hashed-0.1.0-a+b-');
    for (const asked of [hash, encodeURIComponent(hash ?? ''), legacyHash, legacyHash?.toUpperCase()]) {
      expect(await get(`/hash/${asked}`)).toMatchObject({
        status: 200,
        body: { name: 'hashed', version: '0.1.0-a+b', tarballUrl, hash, legacyHash, dependency },
      });
    }
    const other = hash?.replace('+', ' ') ?? '';
    expect(await get(`/hash/${encodeURIComponent(other)}`)).toMatchObject({ status: 404 });
  });

  test('[P-25] is found by search in name and description', async () => {
    await publishZig(server, anna, { name: 'searched_one' }, { fields: { description: 'finds quokkas' } });
    await publishZig(server, anna, { name: 'searched_two' });
    const one = { name: 'searched-one', version: '1.0.0', description: 'finds quokkas' };
    const found = async (query: string) =>
      ((await get(`/search?${query}`)).body as { results: unknown[] }).results;
    expect(await found('q=quokka')).toEqual([one]);
    expect(await found('q=searched_one')).toEqual([one]);
    expect(await found('q=searched&limit=1')).toHaveLength(1);
    expect(await found('q=searched')).toHaveLength(2);
    expect((await found('')).length).toBeGreaterThan(2);
    expect(await found('q=%25%25')).toEqual([]);
    expect(await get(`/search?q=${'x'.repeat(257)}`)).toEqual({
      status: 400,
      body: { error: 'Search query too long' },
    });
  });

  test('is in no other registry, and is no npm package', async () => {
    await publishZig(server, anna, { name: 'only_zig' });
    expect((await fetch(`${server.url}/npm/only-zig`)).status).toBe(404);
    await publish(server, anna, 'only-npm', '1.0.0');
    expect((await get('/packages/only-npm')).status).toBe(404);
    expect((await get('/search?q=only')).body).toMatchObject({ results: [{ name: 'only-zig' }] });
  });

  test('can be in another registry of the format, under its path', async () => {
    const made = await kontor(['registry', 'create', 'team-zig', '--format', 'zig'], {
      env: { KONTOR_DATA: server.data },
    });
    expect(made.code).toBe(0);
    const { status, body } = await publishZig(server, anna, { name: 'ours' }, { registry: 'team-zig' });
    expect(status).toBe(201);
    expect(body['tarballUrl']).toBe(`${server.url}/team-zig/packages/ours/1.0.0/tarball`);
    expect((await askZig(server, '/packages/ours', { registry: 'team-zig' })).status).toBe(200);
    expect((await get('/packages/ours')).status).toBe(404);
    expect((await get(`/hash/${String(body['hash'])}`)).status).toBe(404);
  });

  test('is deleted whole by those who own it, and its numbers stay taken', async () => {
    const { body } = await publishZig(server, anna, { name: 'gone' });
    const remove = (token?: string) =>
      askZig(server, '/packages/gone', { method: 'DELETE', ...(token !== undefined && { token }) });
    expect(await remove()).toEqual({ status: 401, body: { error: 'Authorization required' } });
    expect((await remove(berta)).status).toBe(403);
    expect(await remove(anna)).toEqual({ status: 200, body: { success: true, message: 'Deleted gone' } });
    expect((await get('/packages/gone')).status).toBe(404);
    expect((await get('/packages/gone/1.0.0/tarball')).status).toBe(404);
    expect((await get(`/hash/${String(body['hash'])}`)).status).toBe(404);
    expect((await remove(anna)).status).toBe(404);
    expect(await publishZig(server, anna, { name: 'gone' })).toEqual({
      status: 409,
      body: { error: 'Version already exists' },
    });
  });
});

describe('A publish of a Zig package', () => {
  test('needs somebody who may, before its body is read', async () => {
    expect(await publishZig(server, null, { name: 'refused' })).toEqual({
      status: 401,
      body: { error: 'Authorization required' },
    });
    expect((await publishZig(server, 'ktr_garbage', { name: 'refused' })).body).toEqual({
      error: 'Invalid token',
    });
    await publishZig(server, anna, { name: 'annas' });
    expect((await publishZig(server, berta, { name: 'annas', version: '1.1.0' })).status).toBe(403);
  });

  test('of a version that is there is refused, whatever its content', async () => {
    await publishZig(server, anna, { name: 'twice' });
    const other = await zigTarball({ name: 'twice', files: { 'src/other.zig': '' } });
    expect(await publishZig(server, anna, { name: 'twice' }, { tarball: other })).toEqual({
      status: 409,
      body: { error: 'Version already exists' },
    });
  });

  test('takes the manifest of the archive for the truth, and a whole one in the form as a check', async () => {
    const wish = { name: 'truth', version: '1.0.0' };
    const whole = zigManifest(wish);
    const refused = async (manifest: string) => {
      const answer = await publishZig(server, anna, wish, { fields: { manifest } });
      expect(answer.status).toBe(400);
      return String(answer.body['error']);
    };
    expect(await refused(zigManifest({ ...wish, version: '2.0.0' }))).toContain(
      'version is 2.0.0 there and 1.0.0 in the archive',
    );
    expect(await refused(zigManifest({ ...wish, name: 'other' }))).toContain('name is other there');
    const answer = await publishZig(server, anna, wish, { fields: { manifest: whole } });
    expect(answer.status).toBe(201);
  });

  test('[P-43] is not spoilt by a manifest of which a part is missing', async () => {
    const wish = { name: 'cut', version: '1.0.0', more: '// what; ever' };
    const [manifest = ''] = zigManifest(wish).split(';');
    const { status, body } = await publishZig(server, anna, wish, { fields: { manifest } });
    expect([status, body['name']]).toEqual([201, 'cut']);
  });

  test('may have an archive without a manifest, whose file says what it is', async () => {
    const tarball = await zigTarball({ name: 'naked', manifest: null });
    const send = (fileName: string) => publishZig(server, anna, {}, { tarball, fileName });
    for (const fileName of [
      'naked.tar.gz',
      'naked-1.0.tar.gz',
      'naked-01.0.0.tar.gz',
      '-1.0.0.tar.gz',
      'a/b',
    ]) {
      expect((await send(fileName)).status).toBe(400);
    }
    const { status, body } = await send('my_naked-lib-3.2.1.tar.gz');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'my-naked-lib',
      version: '3.2.1',
      hash: expect.stringMatching(/^N-V-__8A/),
      fetchCommand: `zig fetch --save=my_naked_lib ${String(body['tarballUrl'])}`,
      dependency: expect.stringContaining('.my_naked_lib = .{'),
    });
  });

  test('[P-45] in the style before 0.14 gets the hash of that time, and its other form too', async () => {
    const manifest = '.{ .name = "old-lib", .version = "0.3.0", .paths = .{""} }\n';
    const { status, body } = await publishZig(server, anna, { name: 'old', manifest });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'old-lib',
      hash: expect.stringMatching(/^1220/),
      legacyHash: body['hash'],
      modernHash: expect.stringMatching(/^old-lib-0\.3\.0-AAAAA/),
      dependency: expect.stringContaining('.@"old-lib" = .{'),
    });
    expect(await get(`/hash/${String(body['modernHash'])}`)).toMatchObject({ body: { name: 'old-lib' } });
  });

  test('answers pages of other sites, and their browsers’ questions', async () => {
    const asked = await fetch(`${server.url}/zig/publish`, { method: 'OPTIONS' });
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE, OPTIONS');
    const refused = await fetch(`${server.url}/zig/packages/nothing`);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  });
});

/** What can be asked of a package. */
const asked = (name: string) => [
  `/packages/${name}`,
  `/packages/${name}/1.0.0`,
  `/packages/${name}/1.0.0/tarball`,
  `/packages/${name}/versions`,
];

/** What the command line says beside the server. */
const beside = async (...args: string[]) => {
  const { code, stdout, stderr } = await kontor(args, { env: { KONTOR_DATA: server.data } });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

describe('A private Zig package', () => {
  test('is to strangers as if it were not there', async () => {
    const { body } = await publishZig(server, anna, { name: 'hidden' });
    await api(server, 'PUT', '/registries/zig/packages/hidden/visibility', {
      token: anna,
      body: { visibility: 'private' },
    });
    for (const [index, path] of asked('hidden').entries()) {
      const nowhere = asked('nowhere')[index] ?? '';
      for (const token of [undefined, berta]) {
        const { status, body: seen } = await get(path, token);
        const other = await get(nowhere, token);
        expect([status, JSON.stringify(seen).replaceAll('hidden', 'nowhere')]).toEqual([
          other.status,
          JSON.stringify(other.body),
        ]);
      }
    }
    const { hash, legacyHash } = body as Record<string, string>;
    for (const form of [hash, legacyHash]) {
      expect((await get(`/hash/${form}`, berta)).status).toBe(404);
      expect((await get(`/hash/${form}`, anna)).status).toBe(200);
    }
    expect((await get('/search?q=hidden', berta)).body).toEqual({ results: [] });
    expect((await get('/search?q=hidden', anna)).body).toMatchObject({ results: [{ name: 'hidden' }] });
    const response = await fetch(`${server.url}/zig/packages/hidden/1.0.0/tarball`, {
      headers: { authorization: `Bearer ${anna}` },
    });
    expect(response.headers.get('cache-control')).toContain('private');
  });
});

describe('What an operator sees and does', () => {
  test('a block hides versions of a Zig package everywhere, and why says so', async () => {
    const hashes: string[] = [];
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
      const { body } = await publishZig(server, anna, { name: 'blocked', version });
      hashes.push(String(body['hash']));
    }
    await beside('block', 'add', 'blocked@>=1.1.0', '--registry', 'zig', '--reason', 'It is bad.');
    await expect.poll(async () => (await get('/packages/blocked')).body['version']).toBe('1.0.0');
    expect((await get('/packages/blocked/versions')).body).toMatchObject({ versions: ['1.0.0'] });
    expect((await get('/search?q=blocked')).body).toMatchObject({ results: [{ version: '1.0.0' }] });
    for (const path of ['/packages/blocked/2.0.0', '/packages/blocked/2.0.0/tarball']) {
      const { status, body } = await get(path);
      expect([status, body['error']]).toEqual([403, expect.stringContaining('It is bad.')]);
    }
    const found = await Promise.all(hashes.map(async (hash) => (await get(`/hash/${hash}`)).status));
    expect(found).toEqual([200, 404, 404]);
    const told = await beside('why', 'blocked', '--registry', 'zig');
    expect(told).toMatch(/2\.0\.0.*It is bad\./);
  });

  test('what is stored of Zig packages is counted, and found whole', async () => {
    await publishZig(server, anna, { name: 'counted' });
    expect(await beside('storage')).toMatch(/zig +owned +[1-9]/);
    expect(await beside('verify')).toMatch(/the store is whole/);
    expect(await beside('registry', 'show', 'zig')).toContain('zig');
    expect(await beside('registry', 'explain', 'counted', '--registry', 'zig')).toContain('counted');
  });

  test('[P-69] downloads of a Zig package are counted, however they are asked for', async () => {
    await publishZig(server, anna, { name: 'fetch_ed' });
    const url = `${server.url}/zig/packages/fetch-ed/1.0.0/tarball`;
    for (const path of [url, url, url.replace('-', '_')]) {
      await (await fetch(path)).arrayBuffer();
    }
    await fetch(url, { method: 'HEAD' });
    const total = async () => {
      const answer = await fetch(`${server.url}/pantry/analytics/fetch-ed`);
      return ((await answer.json()) as Record<string, unknown>)['totalDownloads'];
    };
    await expect.poll(total, { timeout: 20_000 }).toBe(3);
  });

  test('a store from before the format gets its registry at the next start', async () => {
    const first = await startKontor();
    await first.stop();
    const file = new DatabaseSync(join(first.data, 'kontor.db'));
    file.exec("delete from registries where name = 'zig'");
    file.close();
    const again = await startKontor({ data: first.data });
    expect(await askZig(again, '/search?q=')).toEqual({ status: 200, body: { results: [] } });
    await again.stop();
  });

  test('a publish and a removal are in the log of events', async () => {
    await publishZig(server, anna, { name: 'logged' });
    await askZig(server, '/packages/logged', { method: 'DELETE', token: anna });
    const line = ['audit', 'list', '--registry', 'zig', '--package', 'logged', '--json'];
    // They show once they are sealed.
    await expect.poll(() => beside(...line), { timeout: 20_000 }).toContain('package.unpublish');
    expect(await beside(...line)).toContain('package.publish');
  });
});
