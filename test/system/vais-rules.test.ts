import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, session } from '../setup/api.ts';
import { problemsOf, startInProcess, type InProcess } from '../setup/in-process.ts';
import { register } from '../setup/publish.ts';
import { RawConnection } from '../setup/raw.ts';
import {
  askVais,
  publishVais,
  vaisForm,
  vaisFormType,
  vaisManifest,
  vaisMetadata,
  vaisTarball,
} from '../setup/vais-packages.ts';

const PASSWORD = 'a long pass phrase of the chef';

let server: InProcess;
let chef: string;
let anna: string;
let berta: string;
beforeAll(async () => {
  server = await startInProcess({
    KONTOR_REGISTRATION: 'open',
    KONTOR_ADMIN_USER: 'chef',
    KONTOR_ADMIN_PASS: PASSWORD,
  });
  chef = await session(server, 'chef', PASSWORD);
  [anna, berta] = [await register(server, 'anna'), await register(server, 'berta')];
});
afterAll(() => server.stop());

const get = (path: string, token?: string) => askVais(server, path, { token });

/** The answer as text, for whoever compares it. */
const said = async (path: string, { token, method = 'GET' }: { token?: string; method?: string } = {}) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(server.url + path, { method, headers });
  return `${response.status} ${await response.text()}`;
};

const errorOf = async (...args: Parameters<typeof publishVais>) => {
  const { status, body } = await publishVais(...args);
  return `${status} ${String(body['error'])}`;
};

const head = (line: string, ...more: string[]) =>
  `${[line, 'Host: localhost', 'Accept: */*', 'Accept-Encoding: gzip', ...more].join('\r\n')}\r\n\r\n`;

test('checks keep the order of the original: each thing that is mended shows the next', async () => {
  await publishVais(server, anna, { name: 'taken', version: '1.0.0' });
  const made = await askVais(server, '/vais/auth/tokens', {
    method: 'POST',
    token: berta,
    json: { name: 'for yanking', scopes: ['yank'] },
  });
  const yanking = String(made.body['token']);
  const wish = { name: 'taken', version: '1.0.0' };
  const manifest = vaisManifest({ ...wish, version: '2.0.0' });
  const broken = { tarball: Buffer.from('no archive') as Buffer, metadata: { name: 'Taken', version: '1' } };
  expect(await errorOf(server, null, wish, broken)).toBe('401 Unauthorized');
  expect(await errorOf(server, yanking, wish, broken)).toMatch(/^403 Forbidden: .*publish/);
  expect(await errorOf(server, berta, wish, broken)).toMatch(/^400 Invalid package name: /);
  broken.metadata.name = 'taken';
  expect(await errorOf(server, berta, wish, broken)).toMatch(/^400 Invalid version: /);
  broken.metadata.version = '1.0.0';
  expect(await errorOf(server, berta, wish, broken)).toMatch(/^400 Archive error: /);
  broken.tarball = await vaisTarball({ ...wish, manifest });
  expect(await errorOf(server, berta, wish, broken)).toMatch(/^400 Bad request: The version is 1\.0\.0/);
  broken.tarball = await vaisTarball(wish);
  expect(await errorOf(server, berta, wish, broken)).toMatch(/^403 Forbidden: /);
  expect(await errorOf(server, anna, wish, broken)).toBe('409 Version already exists: taken@1.0.0');
});

test('[V-62] of several who publish one version at once, one does', async () => {
  const tarballs = await Promise.all(
    [1, 2, 3, 4].map((n) => vaisTarball({ name: 'race', files: { [`file-${n}`]: 'x' } })),
  );
  const answers = await Promise.all(
    tarballs.map((tarball) => publishVais(server, anna, { name: 'race' }, { tarball })),
  );
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    200, 409, 409, 409,
  ]);
  const winner = answers.find(({ status }) => status === 200);
  expect((await get('/vais/packages/race/1.0.0')).body['checksum']).toBe(winner?.body['checksum']);
});

test('[V-14] [V-17] what the original client sends is answered on one connection, byte for byte', async () => {
  const wish = { name: 'original', version: '0.1.0' };
  const tarball = await vaisTarball(wish);
  const checksum = createHash('sha256').update(tarball).digest('hex');
  const body = vaisForm(JSON.stringify(vaisMetadata(wish, tarball)), tarball, {
    fileName: 'original-0.1.0.tar.gz',
  });
  const connection = await RawConnection.to({ port: Number(new URL(server.url).port) });
  const bearer = `Authorization: Bearer ${anna}`;
  connection.write(
    head(
      'POST /api/v1/packages/publish HTTP/1.1',
      bearer,
      `Content-Type: ${vaisFormType}`,
      `Content-Length: ${body.length}`,
    ),
  );
  connection.write(body);
  const published = await connection.answer();
  expect([published.status, JSON.parse(published.body)]).toEqual([
    200,
    { name: 'original', version: '0.1.0', checksum },
  ]);
  connection.write(head('GET /vais/packages/original/0.1.0 HTTP/1.1'));
  const metadata = await connection.answer();
  expect(metadata.headers.get('content-type')).toMatch(/^application\/json/);
  expect((JSON.parse(metadata.body) as { checksum: string }).checksum).toBe(checksum);
  connection.write(head('POST /vais/packages/original/0.1.0/yank HTTP/1.1', bearer, 'Content-Length: 0'));
  const yanked = await connection.answer('POST');
  expect([yanked.status, yanked.body]).toEqual([200, '']);
  connection.hangUp();
});

describe('A private Vais package', () => {
  test('is to others as if it did not exist, whatever they ask', async () => {
    await publishVais(server, anna, { name: 'secret' });
    const change = await api(server, 'PUT', '/registries/vais/packages/secret/visibility', {
      token: anna,
      body: { visibility: 'private' },
    });
    expect(change.status).toBe(204);
    for (const path of ['', '/1.0.0', '/1.0.0.tar.gz', '/9.9.9']) {
      for (const token of [undefined, berta]) {
        const asked = await said(`/vais/packages/secret${path}`, token === undefined ? {} : { token });
        const nothing = await said(`/vais/packages/nosuch${path}`, token === undefined ? {} : { token });
        expect(asked).toBe(nothing.replaceAll('nosuch', 'secret'));
      }
    }
    for (const [method, path] of [
      ['POST', '/1.0.0/yank'],
      ['POST', '/owners'],
      ['DELETE', '/owners/anna'],
    ] as const) {
      const asked = await said(`/vais/packages/secret${path}`, { method, token: berta });
      expect(asked).toMatch(/^404 /);
      const nothing = await said(`/vais/packages/nosuch${path}`, { method, token: berta });
      expect(asked).toBe(nothing.replaceAll('nosuch', 'secret'));
    }
    expect((await get('/vais/packages/secret/1.0.0', anna)).status).toBe(200);
    const archive = await fetch(`${server.url}/vais/packages/secret/1.0.0.tar.gz`, {
      headers: { authorization: `Bearer ${anna}` },
    });
    expect([archive.status, archive.headers.get('cache-control')?.includes('private')]).toEqual([200, true]);
  });
});

describe('A blocked version of a Vais package', () => {
  test('is in no answer, and its archive is refused with the reason', async () => {
    for (const version of ['1.0.0', '1.1.0']) await publishVais(server, anna, { name: 'risky', version });
    const block = await api(server, 'POST', '/blocks', {
      token: chef,
      body: { name: 'risky', range: '>=1.1.0, <2', reason: 'It steals tokens.' },
    });
    expect(block.status).toBe(201);
    const refused = {
      status: 403,
      body: {
        status: 403,
        error: expect.stringMatching(/^Forbidden: risky@1\.1\.0 is blocked here.*steals/),
      },
    };
    expect(await get('/vais/packages/risky/1.1.0')).toEqual(refused);
    expect(await get('/vais/packages/risky/1.1.0.tar.gz')).toEqual(refused);
    const { body } = await get('/vais/packages/risky');
    expect((body['versions'] as { version: string }[]).map(({ version }) => version)).toEqual(['1.0.0']);
    expect((await get('/vais/packages/risky/1.0.0')).status).toBe(200);
    for (const path of ['/index.json', '/search?q=risky', '/users/anna', '/packages/risky/index.json']) {
      const told = await said(`/vais${path}`);
      expect(told).toContain('risky');
      expect(told).not.toContain('1.1.0');
    }
  });
});

describe('A further registry of Vais packages', () => {
  test('has packages of its own, and a private one shows to nobody else', async () => {
    const made = await api(server, 'POST', '/registries', {
      token: chef,
      body: { name: 'team-vais', format: 'vais' },
    });
    expect(made.status).toBe(201);
    const published = await publishVais(server, anna, { name: 'own' }, { base: '/team-vais' });
    expect(published.status).toBe(200);
    expect((await get('/team-vais/packages/own/1.0.0')).body['download_url']).toBe(
      `${server.url}/team-vais/packages/own/1.0.0.tar.gz`,
    );
    expect((await get('/vais/packages/own/1.0.0')).status).toBe(404);
    expect(existsSync(join(server.data, 'blobs', 'team-vais', 'own', '1.0.0.tar.gz'))).toBe(true);
    // Without the profile of its seed the registry of the first start lies no higher.
    await publishVais(server, anna, { name: 'first' }, { base: '/vais' });
    expect(existsSync(join(server.data, 'blobs', 'vais', 'first', '1.0.0.tar.gz'))).toBe(true);
    const hidden = await api(server, 'PATCH', '/registries/team-vais', {
      token: chef,
      body: { visibility: 'private' },
    });
    expect(hidden.status).toBe(200);
    expect(await said('/team-vais/packages/own/1.0.0.tar.gz')).toBe(
      (await said('/nosuch/packages/own/1.0.0.tar.gz')).replaceAll('nosuch', 'team-vais'),
    );
  });
});

test('after all that what is stored is whole', async () => {
  expect(await problemsOf(server)).toEqual([]);
});
