import { beforeAll, describe, expect, test } from 'vitest';
import { api, session } from '../setup/api.ts';
import { packageUrl, publish, publishBody, packageTarball, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { publishZig } from '../setup/zig-packages.ts';

const DAY = 86_400_000;

interface Numbers {
  packageName: string;
  totalDownloads: number;
  weeklyDownloads: number;
  monthlyDownloads: number;
  versionDownloads: Record<string, number>;
  lastDownload?: string;
}

const chefsPassword = 'a long pass phrase of the chef';

let server: RunningKontor;
let anna: string;
beforeAll(async () => {
  server = await startKontor({ env: { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword } });
  anna = await register(server, 'anna');
  await publish(server, anna, 'calm', '1.0.0');
  await publish(server, anna, '@acme/busy', '1.0.0');
  await publish(server, anna, '@acme/busy', '1.1.0');
  const body = publishBody('secret', '1.0.0', await packageTarball('secret', '1.0.0'));
  await fetch(packageUrl(server, 'secret'), {
    method: 'PUT',
    headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, access: 'restricted' }),
  });
});

async function ask(path: string, token?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.url}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: await response.json() };
}

async function download(paths: string[], token?: string): Promise<void> {
  for (const path of paths) {
    const response = await fetch(`${server.url}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    expect([path, response.status]).toEqual([path, 200]);
  }
}

async function total(path: string, token?: string): Promise<number> {
  return ((await ask(path, token)).body as Numbers).totalDownloads;
}

async function top(query = '', token?: string): Promise<unknown[]> {
  return ((await ask(`/analytics/top${query}`, token)).body as { packages: unknown[] }).packages;
}

async function timeline(path: string): Promise<{ date: string; count: number }[]> {
  return ((await ask(path)).body as { timeline: { date: string; count: number }[] }).timeline;
}

async function missing(name: string, token?: string): Promise<[string, number][]> {
  const { body } = await ask(`/analytics/${name}/requested-versions`, token);
  const { requests } = body as { requests: { version: string; requestCount: number }[] };
  return requests.map(({ version, requestCount }) => [version, requestCount]);
}

async function topNames(token: string): Promise<string[]> {
  const { body } = await api(server, 'GET', '/registries/npm/downloads/top?limit=2', { token });
  return (body as { packages: { name: string }[] }).packages.map(({ name }) => name);
}

async function fetchFrom({ url }: RunningKontor, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await (await fetch(`${url}/packages/demo/1.0.0/tarball`)).arrayBuffer();
  }
}

async function totalAt({ url }: RunningKontor): Promise<number | undefined> {
  const response = await fetch(`${url}/analytics/demo`);
  return ((await response.json()) as Partial<Numbers>).totalDownloads;
}

describe('Numbers at the pantry door', () => {
  test('are one number, whichever way a package was downloaded [P-14] [P-69]', async () => {
    await download([
      '/npm/@acme/busy/-/busy-1.0.0.tgz',
      '/packages/@acme/busy/1.0.0/tarball',
      '/pantry/packages/@acme%2fbusy/1.1.0/tarball',
      '/npm/calm/-/calm-1.0.0.tgz',
    ]);
    await download(['/npm/secret/-/secret-1.0.0.tgz', '/packages/secret/1.0.0/tarball'], anna);
    for (const path of [
      '/analytics/@acme/busy',
      '/analytics/%40acme%2Fbusy',
      '/pantry/analytics/@acme/busy',
    ]) {
      // Shown within five seconds.
      await expect.poll(() => total(path), { timeout: 20_000 }).toBe(3);
    }
    await expect.poll(() => total('/analytics/secret', anna), { timeout: 20_000 }).toBe(2);
    const { body } = (await ask('/analytics/@acme/busy')) as { body: Numbers };
    expect(body).toEqual({
      packageName: '@acme/busy',
      totalDownloads: 3,
      weeklyDownloads: 3,
      monthlyDownloads: 3,
      versionDownloads: { '1.0.0': 2, '1.1.0': 1 },
      lastDownload: expect.any(String),
    });
    expect(Date.parse(body.lastDownload ?? '')).toBeGreaterThan(Date.now() - DAY);
    const npm = await ask('/npm/downloads/point/last-week/@acme%2fbusy');
    expect(npm.body).toMatchObject({ downloads: 3 });
    // What was sent was not refused afterwards.
    expect(server.logs()).not.toContain('Promise errored');
  });

  test('put what is downloaded most first, and name nothing that whoever asks may not see [P-13]', async () => {
    await expect
      .poll(() => top(), { timeout: 20_000 })
      .toEqual([
        { name: '@acme/busy', downloads: 3 },
        { name: 'calm', downloads: 1 },
      ]);
    expect((await ask('/analytics')).body).toEqual({ packages: await top() });
    expect(await top('', anna)).toEqual([
      { name: '@acme/busy', downloads: 3 },
      { name: 'secret', downloads: 2 },
      { name: 'calm', downloads: 1 },
    ]);
    expect(await top('?limit=1')).toEqual([{ name: '@acme/busy', downloads: 3 }]);
    for (const bad of ['0', '-1', 'many', '1000000', '1&limit=2', '']) {
      expect([bad, await top(`?limit=${bad}`)]).toEqual([bad, await top()]);
    }
  });

  test('have a timeline of thirty days, the last of them today, and zeros where nothing was [P-15]', async () => {
    const days = await timeline('/analytics/@acme/busy/timeline');
    expect(days).toHaveLength(30);
    const dates = days.map(({ date }) => Date.parse(`${date}T00:00:00Z`));
    const today = dates.at(-1) ?? 0;
    expect(dates).toEqual(days.map((_day, index) => today - (29 - index) * DAY));
    expect(Math.abs(Date.now() - today)).toBeLessThan(2 * DAY);
    // A test that runs across midnight has two days.
    expect(days.slice(-2).reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(days.slice(0, -2).every(({ count }) => count === 0)).toBe(true);
    expect(await timeline('/analytics/calm/timeline?days=7')).toHaveLength(7);
    expect(await timeline('/analytics/calm/timeline?days=9999')).toHaveLength(365);
    for (const bad of ['0', '-3', 'week', '']) {
      expect(await timeline(`/analytics/calm/timeline?days=${bad}`)).toHaveLength(30);
    }
    for (const unknown of ['nothing', 'secret', '@acme/nothing']) {
      expect((await timeline(`/analytics/${unknown}/timeline`)).map(({ count }) => count)).toEqual(
        Array.from({ length: 30 }, () => 0),
      );
    }
  });

  test('of what is not there, or hidden, or cannot be a name, are none', async () => {
    for (const name of ['nothing', 'secret', '@acme/nothing', 'my_zig_lib', '%E2%82%AC']) {
      expect([name, await ask(`/analytics/${name}`)]).toEqual([
        name,
        { status: 404, body: { error: 'No analytics data for this package' } },
      ]);
    }
    for (const bad of ['..%2f..%2fetc', 'a%0ab', '@acme%2f..']) {
      expect([bad, await ask(`/analytics/${bad}`)]).toEqual([
        bad,
        { status: 400, body: { error: 'Invalid package name' } },
      ]);
    }
    expect((await fetch(`${server.url}/analytics/install/30d`)).status).toBe(404);
    const event = { method: 'POST', body: '{"packageName":"calm","category":"download"}' };
    expect((await fetch(`${server.url}/analytics/events`, event)).status).toBe(404);
  });

  test('tell which versions were asked for that are not there, to those who see the package', async () => {
    const wanted = [
      '/npm/calm/2.0.0',
      '/npm/calm/-/calm-2.0.0.tgz',
      '/npm/calm/-/calm-3.0.0.tgz',
      '/npm/@acme%2fbusy/-/busy-2.0.0.tgz',
      '/npm/secret/9.0.0',
      '/npm/nothing/1.0.0',
      '/npm/calm/-/other-2.0.0.tgz',
    ];
    for (const path of wanted) expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    await ask('/npm/secret/8.0.0', anna);
    await expect
      .poll(() => missing('calm'), { timeout: 20_000 })
      .toEqual([
        ['2.0.0', 2],
        ['3.0.0', 1],
      ]);
    expect(await missing('@acme/busy')).toEqual([['2.0.0', 1]]);
    // A stranger's question for a package that they cannot see is no wish of its users.
    expect(await missing('secret', anna)).toEqual([['8.0.0', 1]]);
    expect(await missing('secret')).toEqual([]);
    expect(await missing('nothing')).toEqual([]);
    await publish(server, anna, 'calm', '2.0.0');
    const { body } = await ask('/analytics/calm/requested-versions?limit=1');
    expect(body).toEqual({
      packageName: 'calm',
      requests: [
        {
          packageName: 'calm',
          version: '2.0.0',
          requestCount: 2,
          lastRequestedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          isKnownVersion: true,
        },
      ],
    });
  });
});

describe('Numbers in the API', () => {
  const PACKAGES = '/registries/npm/packages';

  test('are those of the doors, for users who see the package [S-101]', async () => {
    const berta = await register(server, 'berta');
    const { body } = await api(server, 'GET', `${PACKAGES}/@acme%2fbusy/downloads?days=7`, { token: berta });
    expect(body).toMatchObject({
      total: 3,
      week: 3,
      month: 3,
      versions: [
        { version: '1.0.0', preview: false, downloads: 2 },
        { version: '1.1.0', preview: false, downloads: 1 },
      ],
    });
    const { days } = body as { days: { day: string; downloads: number }[] };
    expect(days).toHaveLength(7);
    expect(days.reduce((sum, { downloads }) => sum + downloads, 0)).toBe(3);
    const missed = await api(server, 'GET', `${PACKAGES}/calm/missing-versions`, { token: berta });
    expect(missed.body).toEqual({
      versions: [
        { version: '2.0.0', requests: 2, last: expect.stringMatching(/Z$/), published: true },
        { version: '3.0.0', requests: 1, last: expect.stringMatching(/Z$/), published: false },
      ],
    });
    for (const what of ['downloads', 'missing-versions']) {
      const answers = await Promise.all(
        ['secret', 'nosuch'].map(async (name) => {
          const answer = await api(server, 'GET', `${PACKAGES}/${name}/${what}`, { token: berta });
          return [answer.status, JSON.stringify(answer.body).replaceAll(name, 'X')];
        }),
      );
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]?.[0]).toBe(404);
    }
    expect((await api(server, 'GET', `${PACKAGES}/secret/downloads`, { token: anna })).body).toMatchObject({
      total: 2,
    });
  });

  test('are at the command line too, beside the running server', async () => {
    const env = { KONTOR_DATA: server.data };
    const all = await kontor(['stats'], { env });
    expect(all.stdout).toMatch(/^PACKAGE +DOWNLOADS\n@acme\/busy +3\nsecret +2\n/);
    expect(all.stdout).toContain('everything in npm, 30 days: 6\n');
    const { stdout } = await kontor(['stats', 'calm'], { env });
    expect(stdout).toMatch(/^VERSION +DOWNLOADS\n1\.0\.0 +1\n/);
    expect(stdout).toMatch(
      /calm: 1 in all, 1 in 30 days, the last at \d{4}-.*Z\nasked for .*: 3\.0\.0 \(1\)\n/,
    );
  });

  test('say what is downloaded most, and to administrators how much of everything [S-101]', async () => {
    expect(await topNames(await register(server, 'carla'))).toEqual(['@acme/busy', 'calm']);
    expect(await topNames(anna)).toEqual(['@acme/busy', 'secret']);
    const all = '/registries/npm/downloads?days=2';
    expect((await api(server, 'GET', all, { token: anna })).status).toBe(403);
    const chef = await session(server, 'chef', chefsPassword);
    const { body } = await api(server, 'GET', all, { token: chef });
    const { days } = body as { days: { downloads: number }[] };
    expect(days.map(({ downloads }) => downloads).reduce((sum, count) => sum + count, 0)).toBe(6);
  });
});

describe('A name', () => {
  test('has one number for its releases at every door, its previews and its repeated downloads [P-69]', async () => {
    const sha = 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2';
    await publish(server, anna, 'ways', '1.0.0');
    for (const name of ['ways', 'fork-only']) {
      const form = new FormData();
      form.append('sha', sha);
      const archive = await packageTarball(name, '0.0.0');
      form.append(`package:${name}`, new Blob([new Uint8Array(archive)]), 'package.tgz');
      const response = await fetch(`${server.url}/publish/commit`, {
        method: 'POST',
        headers: { authorization: `Bearer ${anna}` },
        body: form,
      });
      expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
    }
    await download([
      // What is asked for again is given by the express lane.
      ...Array.from({ length: 5 }, () => '/npm/ways/-/ways-1.0.0.tgz'),
      '/packages/ways/1.0.0/tarball',
      '/pantry/packages/ways/1.0.0/tarball',
      `/commits/${sha}/ways/tarball`,
      ...Array.from({ length: 3 }, () => `/pantry/commits/${sha.slice(0, 7)}/ways/tarball`),
      `/ways@${sha.slice(0, 10)}.tgz`,
      `/commits/${sha}/fork-only/tarball`,
    ]);
    await expect.poll(() => total('/analytics/ways'), { timeout: 20_000 }).toBe(12);
    expect((await ask('/analytics/ways')).body).toMatchObject({
      versionDownloads: { '1.0.0': 7, a1b2c3d: 5 },
    });
    expect(((await timeline('/analytics/ways/timeline')).at(-1)?.count ?? 0) > 0).toBe(true);
    expect((await ask('/npm/downloads/point/last-week/ways')).body).toMatchObject({ downloads: 12 });
    const found = await ask('/search?q=ways');
    expect(found.body).toMatchObject({ results: [{ name: 'ways', downloads: 12 }] });
    const { body } = await api(server, 'GET', '/registries/npm/packages/ways/downloads', { token: anna });
    expect(body).toMatchObject({ total: 12 });
    expect((await top('?limit=1'))[0]).toEqual({ name: 'ways', downloads: 12 });
    // No package is needed for a preview, nor for its numbers.
    await expect.poll(() => total('/analytics/fork-only'), { timeout: 20_000 }).toBe(1);
    expect(await top()).toContainEqual({ name: 'fork-only', downloads: 1 });
    expect((await ask('/npm/downloads/point/last-week/fork-only')).body).toMatchObject({ downloads: 1 });
  });

  test('of a Zig package has its number too, with dashes and with underscores [P-69]', async () => {
    expect(await publishZig(server, anna, { name: 'zig_ways' })).toMatchObject({ status: 201 });
    await download(Array.from({ length: 2 }, () => '/zig/packages/zig-ways/1.0.0/tarball'));
    expect((await fetch(`${server.url}/zig/packages/zig_ways/9.0.0/tarball`)).status).toBe(404);
    for (const name of ['zig-ways', 'zig_ways']) {
      await expect.poll(() => total(`/analytics/${name}`), { timeout: 20_000 }).toBe(2);
    }
    await expect.poll(() => missing('zig_ways'), { timeout: 20_000 }).toEqual([['9.0.0', 1]]);
    expect(await top()).toContainEqual({ name: 'zig-ways', downloads: 2 });
    const { body } = await api(server, 'GET', '/registries/zig/packages/zig-ways/downloads', { token: anna });
    expect(body).toMatchObject({ total: 2, versions: [{ version: '1.0.0', downloads: 2 }] });
  });
});

describe('Numbers after a crash', () => {
  test('are exact after a stop, and after a kill lack at most what was not reported yet [P-33]', async () => {
    const one = await startKontor();
    const token = await register(one, 'anna');
    await publish(one, token, 'demo', '1.0.0');
    await fetchFrom(one, 40);
    expect(await one.stop()).toBe(0);
    const two = await startKontor({ data: one.data });
    expect(await totalAt(two)).toBe(40);
    await fetchFrom(two, 10);
    await expect.poll(() => totalAt(two), { timeout: 20_000 }).toBe(50);
    await fetchFrom(two, 7);
    await two.kill9();
    const three = await startKontor({ data: one.data });
    const left = (await totalAt(three)) ?? 0;
    expect(left).toBeGreaterThanOrEqual(50);
    expect(left).toBeLessThanOrEqual(57);
  });
});
