import { afterEach, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { packageUrl, publish, publishBody, packageTarball, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

function tarball(server: RunningKontor, name: string, version = '1.0.0'): string {
  return `${server.url}/npm/${name}/-/${name.replace(/^@[^/]+\//, '')}-${version}.tgz`;
}

async function download(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.arrayBuffer();
  return response.status;
}

/** Downloads as `clients` of them do, all at once, each `times`. */
async function downloadAtOnce(urls: string[], clients: number, times: number): Promise<void> {
  const client = async (first: number) => {
    for (let i = 0; i < times; i += 1) {
      expect(await download(String(urls[(first + i) % urls.length]))).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
}

async function counts(server: RunningKontor, path: string, token?: string) {
  const response = await fetch(`${server.url}/npm/downloads/${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Downloads of a package in the last week; a test that runs across midnight counts both days. */
async function total(server: RunningKontor, name: string): Promise<unknown> {
  return (await counts(server, `point/last-week/${name}`)).body['downloads'];
}

async function untilCounted(server: RunningKontor, name: string, expected: number): Promise<void> {
  await expect.poll(() => total(server, name), { timeout: 20_000 }).toBe(expected);
}

describe('Downloads', () => {
  test('by several clients at once are counted exactly, through a stop and a start', async () => {
    const server = await startKontor();
    const token = await register(server, 'anna');
    for (const version of ['1.0.0', '1.1.0']) await publish(server, token, 'busy', version);
    await publish(server, token, '@acme/calm', '1.0.0');
    await downloadAtOnce([tarball(server, 'busy'), tarball(server, 'busy', '1.1.0')], 8, 25);
    await downloadAtOnce([tarball(server, '@acme/calm')], 1, 1);
    expect(await server.stop()).toBe(0);

    const again = await startKontor({ data: server.data });
    expect(await total(again, 'busy')).toBe(200);
    expect(await total(again, '@acme/calm')).toBe(1);
    await downloadAtOnce([tarball(again, 'busy')], 1, 1);
    await untilCounted(again, 'busy', 201);
  });

  test('are what was fetched from its beginning, and neither questions nor continuations', async () => {
    const server = await startKontor();
    await publish(server, await register(server, 'anna'), 'asked', '1.0.0');
    const url = tarball(server, 'asked');
    const { headers } = await fetch(url, { method: 'HEAD' });
    expect(await download(url, { headers: { 'if-none-match': String(headers.get('etag')) } })).toBe(304);
    expect(await download(url, { headers: { range: 'bytes=10-' } })).toBe(206);
    expect(await download(url, { headers: { range: 'bytes=999999-' } })).toBe(416);
    expect(await download(tarball(server, 'asked', '2.0.0'))).toBe(404);
    expect(await download(packageUrl(server, 'asked'))).toBe(200);
    expect(await download(url)).toBe(200);
    expect(await download(url, { headers: { range: 'bytes=0-10' } })).toBe(206);
    expect(await server.stop()).toBe(0);
    expect(await total(await startKontor({ data: server.data }), 'asked')).toBe(2);
  });

  test('of a package that came from upstream count here too', async () => {
    const upstream = await startKontor();
    await publish(upstream, await register(upstream, 'anna'), 'far', '1.0.0');
    const server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: `${upstream.url}/npm/` } });
    expect((await counts(server, 'point/last-week/far')).status).toBe(404);
    await downloadAtOnce([tarball(server, 'far')], 3, 2);
    await untilCounted(server, 'far', 6);
  });

  test('are told by day and for several packages, and a package that one may not see is none', async () => {
    const server = await startKontor();
    const anna = await register(server, 'anna');
    const berta = await register(server, 'berta');
    await publish(server, anna, 'one', '1.0.0');
    await publish(server, anna, 'two', '1.0.0');
    const body = publishBody('hidden', '1.0.0', await packageTarball('hidden', '1.0.0'));
    await download(packageUrl(server, 'hidden'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, access: 'restricted' }),
    });
    await downloadAtOnce([tarball(server, 'one')], 1, 3);
    await untilCounted(server, 'one', 3);

    const week = (await counts(server, 'point/last-week/one')).body;
    expect(week).toEqual({
      start: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      end: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      package: 'one',
      downloads: 3,
    });
    const range = (await counts(server, 'range/last-week/one')).body;
    const days = range['downloads'] as { day: string; downloads: number }[];
    expect(days).toHaveLength(7);
    expect([days[0]?.day, days.at(-1)?.day]).toEqual([week['start'], week['end']]);
    expect(days.reduce((sum, day) => sum + day.downloads, 0)).toBe(3);
    expect(days[0]?.downloads).toBe(0);
    expect((await counts(server, 'point/2001-01-01:2001-12-31/one')).body['downloads']).toBe(0);
    expect((await counts(server, 'point/1000-01-01:3000-01-01/one')).body['downloads']).toBe(3);

    expect((await counts(server, 'point/last-week/one,two,missing,hidden')).body).toMatchObject({
      one: { package: 'one', downloads: 3 },
      two: { package: 'two', downloads: 0 },
      missing: null,
      hidden: null,
    });
    for (const token of [undefined, berta]) {
      for (const name of ['missing', 'hidden']) {
        expect(await counts(server, `point/last-week/${name}`, token)).toEqual({
          status: 404,
          body: { error: `package ${name} not found`, code: 'package_not_found' },
        });
      }
    }
    expect(await counts(server, 'range/last-day/hidden', anna)).toMatchObject({ status: 200 });
  });

  test('of what cannot be asked for are refused in a shape that clients know', async () => {
    const server = await startKontor();
    const token = await register(server, 'anna');
    await publish(server, token, 'downloads', '1.0.0', { tag: 'point' });
    for (const path of [
      'point/yesterday/one',
      'range/2026-02-30/one',
      'range/2001-01-01:2003-01-01/one',
      'point/last-day/one,@acme%2ftwo',
      `point/last-day/${Array.from({ length: 129 }, (_, i) => `p${i}`).join(',')}`,
    ]) {
      const { status, body } = await counts(server, path);
      expect([path, status]).toEqual([path, 400]);
      expect(body['error']).toMatch(/\.$/);
    }
    expect((await counts(server, 'point/last-day/..%2f..')).status).toBe(404);
    // The package of that name is where it was.
    expect((await counts(server, 'point')).body).toMatchObject({ name: 'downloads', version: '1.0.0' });
    expect(await download(tarball(server, 'downloads'))).toBe(200);
  });
});

describe.skipIf(!hasPostgres())('Downloads from two replicas', () => {
  let database: FreshDatabase | undefined;
  afterEach(() => database?.drop());

  test('add up, each download once', async () => {
    database = await freshDatabase();
    const env = { KONTOR_DATABASE: database.url };
    const first = await startKontor({ env });
    const second = await startKontor({ env, data: first.data });
    const token = await register(first, 'anna');
    for (const name of ['shared', 'common']) await publish(first, token, name, '1.0.0');
    // Long enough for reports of both to meet.
    await Promise.all(
      [first, second].flatMap((server) => {
        const urls = [tarball(server, 'shared'), tarball(server, 'common')];
        return [downloadAtOnce(urls, 4, 100), downloadAtOnce(urls.toReversed(), 1, 100)];
      }),
    );
    expect(await first.stop()).toBe(0);
    expect(await second.stop()).toBe(0);
    const again = await startKontor({ env, data: first.data });
    expect(await total(again, 'shared')).toBe(500);
    expect(await total(again, 'common')).toBe(500);
    await again.kill9();
  });
});
