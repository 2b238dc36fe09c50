import { beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { scriptedPackage, scriptedUpstream, serves } from '../upstream/index.ts';

const chefsPassword = 'a long pass phrase of the chef';
const admin = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword };
const abbreviated = 'application/vnd.npm.install-v1+json';

let server: RunningKontor;
let chef: string;
let anna: string;
beforeAll(async () => {
  server = await startKontor({ env: admin });
  [chef, anna] = await Promise.all([session(server, 'chef', chefsPassword), register(server, 'anna')]);
});

interface Document {
  'dist-tags': Record<string, string>;
  versions: Record<string, { dist: { tarball: string } }>;
  time?: Record<string, string>;
  _rev?: string;
  description?: string;
}

const read = async (name: string, { path = '', headers = {}, on = server } = {}) => {
  const response = await fetch(packageUrl(on, name) + path, { headers });
  return {
    status: response.status,
    body: (await response.json()) as Document & { error: string; code: string },
  };
};
const versionsOf = ({ body }: { body: Document }) => Object.keys(body.versions ?? {});
const tarball = (name: string, version: string, on = server) =>
  `${packageUrl(on, name)}/-/${name.split('/').at(-1)}-${version}.tgz`;
const statusOf = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
};
const add = async (body: object) => {
  const answer = await api(server, 'POST', '/blocks', {
    token: chef,
    body: { reason: 'It steals tokens.', ...body },
  });
  expect(answer.status).toBe(201);
  return (answer.body as { id: number }).id;
};
const lift = async (id: number) =>
  expect(await api(server, 'DELETE', `/blocks/${id}`, { token: chef })).toMatchObject({ status: 204 });
const published = async (name: string, ...versions: string[]) => {
  for (const version of versions) expect((await publish(server, anna, name, version)).status).toBe(201);
};

const found = async (text = 'searched') => {
  const answer = await fetch(`${server.url}/npm/-/v1/search?text=${text}`);
  const { objects } = (await answer.json()) as { objects: { package: { version: string } }[] };
  return objects.map((object) => object.package.version);
};

describe('a block on versions of a package that is owned here', () => {
  test('hides them in every answer, and lifts again', async () => {
    await published('risky', '1.0.0', '1.1.0', '2.0.0');
    await api(server, 'GET', '/registries', { token: anna });
    const before = await read('risky');
    const id = await add({ name: 'risky', range: '>=1.1.0' });
    for (const headers of [{ accept: 'application/json' }, { accept: abbreviated }]) {
      const answer = await read('risky', { headers });
      expect([versionsOf(answer), answer.body['dist-tags']]).toEqual([['1.0.0'], { latest: '1.0.0' }]);
    }
    expect(Object.keys((await read('risky')).body.time ?? {})).toEqual(['created', 'modified', '1.0.0']);
    const tags = await fetch(`${server.url}/npm/-/package/risky/dist-tags`);
    expect(await tags.json()).toEqual({ latest: '1.0.0' });
    expect(await read('risky', { path: '/latest' })).toMatchObject({
      status: 200,
      body: { version: '1.0.0' },
    });
    expect(await read('risky', { path: '/2.0.0' })).toMatchObject({
      status: 403,
      body: {
        code: 'version_hidden',
        error: `risky@2.0.0 is blocked here (block ${id}): It steals tokens. Ask an administrator if you need it.`,
      },
    });
    await lift(id);
    expect(await read('risky')).toEqual(before);
  });

  test.each<[string, RequestInit]>([
    ['GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['a range', { headers: { range: 'bytes=0-9' } }],
    ['a conditional request', { headers: { 'if-none-match': '*' } }],
  ])('refuses their files to %s', async (what, init) => {
    const name = `files-${what.toLowerCase().replaceAll(' ', '-')}`;
    await published(name, '1.0.0', '1.1.0');
    const id = await add({ name, range: '1.1.0' });
    expect(await statusOf(tarball(name, '1.1.0'), init)).toBe(403);
    expect(await statusOf(tarball(name, '1.0.0'))).toBe(200);
    await lift(id);
    expect(await statusOf(tarball(name, '1.1.0'))).toBe(200);
  });

  test('shows the next good one in searches, and no package of which nothing is left', async () => {
    await published('searched', '1.0.0', '1.1.0');
    expect(await found()).toEqual(['1.1.0']);
    const ids = [await add({ name: 'searched', range: '1.1.0' })];
    expect(await found()).toEqual(['1.0.0']);
    ids.push(await add({ name: 'searched' }));
    expect(await found()).toEqual([]);
    for (const id of ids) await lift(id);
    expect(await found()).toEqual(['1.1.0']);
  });

  test('refuses the package where no version is left, and names the newest', async () => {
    await published('all-bad', '1.0.0', '1.1.0');
    await add({ name: 'all-bad', range: '1.x', advisory: 'MAL-2026-7' });
    for (const path of ['', '/latest']) {
      expect(await read('all-bad', { path })).toMatchObject({
        status: 403,
        body: {
          code: 'version_hidden',
          error: expect.stringMatching(/newest, 1\.1\.0, .+MAL-2026-7/) as string,
        },
      });
    }
    expect(await statusOf(`${server.url}/npm/-/package/all-bad/dist-tags`)).toBe(403);
  });

  test('takes pages of versions out of a long history', async () => {
    const versions = Array.from({ length: 70 }, (_, i) => `1.${i}.0`);
    await published('long', ...versions);
    const id = await add({ name: 'long', range: '<1.64.0' });
    expect(versionsOf(await read('long'))).toEqual(versions.slice(64));
    await lift(id);
    const other = await add({ name: 'long', range: '>=1.64.0 || 1.0.0 || 1.33.0' });
    expect(versionsOf(await read('long'))).toEqual(versions.slice(1, 64).filter((one) => one !== '1.33.0'));
    await lift(other);
    expect(versionsOf(await read('long'))).toEqual(versions);
  });

  test('leaves its maintainers the whole document, so that a change does not remove what they cannot see', async () => {
    await published('kept', '1.0.0', '1.1.0', '1.2.0');
    await add({ name: 'kept', range: '1.1.0' });
    const headers = { authorization: `Bearer ${anna}` };
    const write = { path: '?write=true' };
    expect(versionsOf(await read('kept', { ...write, headers }))).toEqual(['1.0.0', '1.1.0', '1.2.0']);
    expect(versionsOf(await read('kept', write))).toEqual(['1.0.0', '1.2.0']);
    const filtered = await read('kept', { headers });
    const { '1.2.0': _, ...rest } = filtered.body.versions;
    const put = await fetch(`${packageUrl(server, 'kept')}/-rev/${filtered.body['_rev'] ?? ''}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ ...filtered.body, versions: rest }),
    });
    expect([put.status, await put.json()]).toMatchObject([409, { code: 'conflict' }]);
    expect(versionsOf(await read('kept', { ...write, headers }))).toHaveLength(3);
  });
});

describe('a block on a name', () => {
  test('answers the same whether there is such a package, for whom it may be seen or not', async () => {
    await published('whole', '1.0.0');
    await published('secret', '1.0.0');
    const access = await fetch(`${server.url}/npm/-/package/secret/access`, {
      method: 'POST',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access: 'restricted' }),
    });
    expect(access.status).toBeLessThan(300);
    for (const name of ['whole', 'secret', 'nowhere']) await add({ name });
    const answers = await Promise.all(
      ['whole', 'secret', 'nowhere'].map(async (name) => {
        const { status, body } = await read(name);
        return [
          status,
          body.error.replaceAll(name, 'NAME').replace(/block \d+/, 'block'),
          await statusOf(tarball(name, '9.9.9')),
        ];
      }),
    );
    expect(answers[0]?.[0]).toBe(403);
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
  });

  test('tells nobody of a hidden package when it is on a range', async () => {
    await published('hidden', '1.0.0', '2.0.0');
    const access = await fetch(`${server.url}/npm/-/package/hidden/access`, {
      method: 'POST',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access: 'restricted' }),
    });
    expect(access.status).toBeLessThan(300);
    await add({ name: 'hidden', range: '2.x' });
    for (const path of ['', '/2.0.0', '/-/hidden-2.0.0.tgz']) {
      expect(await statusOf(packageUrl(server, 'hidden') + path)).toBe(404);
    }
    const headers = { authorization: `Bearer ${anna}` };
    expect(versionsOf(await read('hidden', { headers }))).toEqual(['1.0.0']);
    expect(await statusOf(tarball('hidden', '2.0.0'), { headers })).toBe(403);
  });
});

describe('a block on what comes from upstream', () => {
  test('hides it, stored or not, and the upstream is not asked for a file that may not go out', async () => {
    const upstream = await scriptedUpstream(() => undefined);
    const { url } = upstream;
    upstream.script = serves(
      scriptedPackage('left', ['1.0.0', '1.1.0', '1.2.0'], url, { tags: { latest: '1.2.0', next: '1.2.0' } }),
      scriptedPackage('evil', ['1.0.0'], url),
    );
    const front = await startKontor({ env: { ...admin, KONTOR_NPM_UPSTREAM: url } });
    const command = (...args: string[]) => kontor(args, { env: { KONTOR_DATA: front.data } });
    expect(await statusOf(tarball('left', '1.1.0', front))).toBe(200);
    const block = await command(
      'block',
      'add',
      'left@>=1.1.0',
      '--reason',
      'it steals tokens',
      '--registry',
      'npm',
    );
    expect(block).toMatchObject({
      code: 0,
      stdout: 'block 1: left@>=1.1.0 is kept out of the registry npm\n',
    });
    upstream.requests.length = 0;
    for (const version of ['1.1.0', '1.2.0'])
      expect(await statusOf(tarball('left', version, front))).toBe(403);
    for (const accept of ['application/json', abbreviated]) {
      const answer = await read('left', { on: front, headers: { accept } });
      expect([versionsOf(answer), answer.body['dist-tags']]).toEqual([['1.0.0'], { latest: '1.0.0' }]);
      expect(JSON.stringify(answer.body)).not.toContain('1.2.0');
    }
    expect(await read('left', { on: front, path: '/latest' })).toMatchObject({ body: { version: '1.0.0' } });
    expect(await read('left', { on: front, path: '/next' })).toMatchObject({
      status: 403,
      body: { code: 'version_hidden' },
    });
    expect(await read('left', { on: front, path: '/-/left-9.9.9.tgz' })).toMatchObject({ status: 404 });
    expect(upstream.requests.filter((request) => request.url?.includes('.tgz'))).toEqual([]);

    await command('block', 'add', 'evil', '--reason', 'all of it', '--advisory', 'MAL-2026-1');
    upstream.requests.length = 0;
    expect(await read('evil', { on: front })).toMatchObject({
      status: 403,
      body: {
        error: 'evil is blocked here (block 2, MAL-2026-1): all of it. Ask an administrator if you need it.',
      },
    });
    expect(upstream.requests).toEqual([]);

    for (const id of ['1', '2']) expect(await command('block', 'remove', id)).toMatchObject({ code: 0 });
    expect(versionsOf(await read('left', { on: front }))).toEqual(['1.0.0', '1.1.0', '1.2.0']);
    expect(await statusOf(tarball('left', '1.2.0', front))).toBe(200);
    expect(await statusOf(tarball('evil', '1.0.0', front))).toBe(200);
    await upstream.close();
  });
});

test('the command line lists, lifts and refuses, in words and in JSON', async () => {
  const own = await startKontor({ env: admin });
  const command = (...args: string[]) => kontor(['block', ...args], { env: { KONTOR_DATA: own.data } });
  const made = await command('add', '@acme/*', '--reason', 'not ours', '--json');
  const row = JSON.parse(made.stdout) as Record<string, unknown>;
  expect(row).toMatchObject({
    id: 1,
    registry: null,
    name: '@acme/*',
    range: null,
    reason: 'not ours',
    by: null,
  });
  expect(JSON.parse((await command('list', '--json')).stdout)).toEqual([row]);
  expect((await command('list')).stdout).toMatch(/^1 +@acme\/\* +\(all\) +not ours +- +\(command line\) /m);
  for (const args of [
    ['add', 'demo@latest', '--reason', 'x'],
    ['add', 'demo', '--reason', ' '],
    ['add', 'demo', '--reason', 'x', '--registry', 'nowhere'],
    ['remove', '99'],
    ['remove', 'demo'],
  ]) {
    expect(await command(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^kontor: .+\.\n$/) as string,
    });
  }
  expect(await command('remove', '1')).toMatchObject({ code: 0, stdout: 'block 1 is lifted: @acme/*\n' });
  expect(JSON.parse((await command('list', '--json')).stdout)).toEqual([]);
});

test('the API refuses what is no block, and who is no administrator', async () => {
  const post = (token: string, body: object) => api(server, 'POST', '/blocks', { token, body });
  expect(problemOf(await post(anna, { name: 'demo', reason: 'x' }))).toEqual([403, 'forbidden']);
  expect(problemOf(await post(chef, { name: 'a*b', reason: 'x' }))).toEqual([400, 'bad_request']);
  expect(problemOf(await post(chef, { name: 'demo' }))).toEqual([400, 'bad_request']);
  expect(problemOf(await api(server, 'DELETE', '/blocks/999', { token: chef }))).toEqual([404, 'not_found']);
  expect(problemOf(await api(server, 'DELETE', '/blocks/x', { token: chef }))).toEqual([400, 'bad_request']);
  const { body } = await api(server, 'GET', '/blocks', { token: chef });
  expect((body as { blocks: unknown[] }).blocks.length).toBeGreaterThan(0);
});

describe('a change of the rules counts at the next request', () => {
  test('of a client that asks without a pause, when the command has ended', async () => {
    await published('hot', '1.0.0', '1.1.0');
    const command = (...args: string[]) => kontor(['block', ...args], { env: { KONTOR_DATA: server.data } });
    const url = packageUrl(server, 'hot');
    const seen = async () => versionsOf({ body: (await (await fetch(url)).json()) as Document }).length;
    for (const [args, before, after] of [
      [['add', 'hot@1.1.0', '--reason', 'x', '--json'], 2, 1],
      [['remove'], 1, 2],
    ] as const) {
      const all = await command('list', '--json');
      const last = (JSON.parse(all.stdout) as { id: number }[]).at(-1)?.id ?? 0;
      for (let time = 0; time < 50; time += 1) expect(await seen()).toBe(before);
      const progress = { ended: false };
      const done = command(...args, ...(args[0] === 'remove' ? [String(last)] : [])).finally(
        () => (progress.ended = true),
      );
      const during = new Set<number>();
      do during.add(await seen());
      while (!progress.ended);
      expect(await done).toMatchObject({ code: 0 });
      expect(during.has(before)).toBe(true);
      expect(await seen()).toBe(after);
    }
  });

  test.skipIf(!hasPostgres())('on each of two replicas, and back', async () => {
    const database = await freshDatabase();
    const data = temporaryFolder('shared');
    const env = { ...admin, KONTOR_DATABASE: database.url };
    const replicas = await Promise.all([startKontor({ env, data }), startKontor({ env, data })]);
    const [first] = replicas;
    const token = await register(first, 'anna');
    const boss = await session(first, 'chef', chefsPassword);
    for (const version of ['1.0.0', '1.1.0']) await publish(first, token, 'shared', version);
    const everywhere = () =>
      Promise.all(replicas.map(async (on) => versionsOf(await read('shared', { on })).length));
    expect(await everywhere()).toEqual([2, 2]);
    for (const at of replicas) {
      const body = { name: 'shared', range: '1.1.0', reason: 'x' };
      const answer = await api(at, 'POST', '/blocks', { token: boss, body });
      expect(await everywhere()).toEqual([1, 1]);
      expect(await statusOf(tarball('shared', '1.1.0', first))).toBe(403);
      await api(at, 'DELETE', `/blocks/${(answer.body as { id: number }).id}`, { token: boss });
      expect(await everywhere()).toEqual([2, 2]);
    }
    await Promise.all(replicas.map((replica) => replica.kill9()));
    await database.drop();
  });
});
