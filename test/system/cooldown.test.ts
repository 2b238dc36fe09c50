import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { scriptedPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

const HOUR = 3_600_000;
const chefsPassword = 'a long pass phrase of the chef';
const admin = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: chefsPassword };
const abbreviated = 'application/vnd.npm.install-v1+json';
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

/** Of 1.2.0, in the middle of the time that versions are held back for. */
const young = ago(10);
let upstream: ScriptedUpstream;
let server: RunningKontor;
let chef: string;
let anna: string;
beforeAll(async () => {
  upstream = await scriptedUpstream(() => undefined);
  const { url } = upstream;
  const times = { '1.0.0': ago(1000), '1.1.0': ago(200), '1.2.0': young, '2.0.0-rc.1': ago(1) };
  upstream.script = serves(
    scriptedPackage('left', Object.keys(times), url, {
      time: times,
      tags: { latest: '1.2.0', next: '2.0.0-rc.1', old: '1.0.0' },
    }),
    scriptedPackage('fresh', ['1.0.0', '1.1.0'], url, { time: { '1.0.0': ago(2), '1.1.0': ago(1) } }),
    scriptedPackage('future', ['1.0.0', '1.1.0'], url, { time: { '1.0.0': ago(500), '1.1.0': ago(-500) } }),
    scriptedPackage('undated', ['1.0.0', '1.1.0'], url, { time: { '1.0.0': 'yesterday', '1.1.0': '' } }),
    scriptedPackage('@acme/ui', ['1.0.0', '1.1.0'], url, { time: { '1.0.0': ago(500), '1.1.0': ago(1) } }),
  );
  server = await startKontor({ env: { ...admin, KONTOR_NPM_UPSTREAM: url, KONTOR_COOLDOWN: '72h' } });
  [chef, anna] = await Promise.all([session(server, 'chef', chefsPassword), register(server, 'anna')]);
});
afterAll(() => upstream.close());

interface Document {
  'dist-tags': Record<string, string>;
  versions: object;
  time?: Record<string, string>;
  error: string;
  code: string;
}

const read = async (name: string, { path = '', accept = 'application/json', on = server } = {}) => {
  const response = await fetch(packageUrl(on, name) + path, { headers: { accept } });
  return { status: response.status, body: (await response.json()) as Document };
};
const versionsOf = ({ body }: { body: Document }) => Object.keys(body.versions ?? {});
const fileOf = async (name: string, version: string, on = server, init?: RequestInit) => {
  const response = await fetch(`${packageUrl(on, name)}/-/${name.split('/').at(-1)}-${version}.tgz`, init);
  await response.body?.cancel();
  return response.status;
};
const why = (spec: string) => api(server, 'GET', `/registries/npm/why/${spec}`, { token: chef });
const command = (...args: string[]) =>
  kontor(args, {
    env: { KONTOR_DATA: server.data, KONTOR_NPM_UPSTREAM: upstream.url, KONTOR_COOLDOWN: '72h' },
  });

const set = (...args: string[]) => command('registry', 'set', 'npm', ...args);

describe('under a cooldown', () => {
  test('young versions are not in the document, its tags lead to good ones, and their times are gone', async () => {
    for (const accept of ['application/json', abbreviated]) {
      const { body } = await read('left', { accept });
      expect(Object.keys(body.versions)).toEqual(['1.0.0', '1.1.0']);
      expect(body['dist-tags']).toEqual({ latest: '1.1.0', old: '1.0.0' });
    }
    expect(Object.keys((await read('left')).body.time ?? {})).toEqual(['1.0.0', '1.1.0']);
    expect(await read('left', { path: '/latest' })).toMatchObject({ body: { version: '1.1.0' } });
    const tags = await fetch(`${server.url}/npm/-/package/left/dist-tags`);
    expect(await tags.json()).toEqual({ latest: '1.1.0', old: '1.0.0' });
  });

  test('who asks for a young version is told until when it is held back, and by which tag it was asked for does not matter', async () => {
    const until = new Date(Date.parse(young) + 72 * HOUR).toISOString();
    expect(await read('left', { path: '/1.2.0' })).toMatchObject({
      status: 403,
      body: {
        code: 'version_hidden',
        error:
          `left@1.2.0 is held back by the cooldown of this registry until ${until}, 72 hours after it was published ` +
          `(${young}): take an older version, or ask an administrator to exempt it.`,
      },
    });
    expect(await read('left', { path: '/next' })).toMatchObject({ status: 403 });
    expect(await read('left', { path: '/3.0.0' })).toMatchObject({ status: 404 });
  });

  test('the file of a young version is refused to every kind of request, and not asked of the upstream', async () => {
    upstream.requests.length = 0;
    expect(await fileOf('left', '1.2.0')).toBe(403);
    expect(await fileOf('left', '1.2.0', server, { method: 'HEAD' })).toBe(403);
    expect(await fileOf('left', '1.2.0', server, { headers: { range: 'bytes=0-1' } })).toBe(403);
    expect(upstream.count(/tgz/)).toBe(0);
    expect(await fileOf('left', '1.1.0')).toBe(200);
  });

  test('a package that has nothing but young versions is refused with the reason', async () => {
    for (const path of ['', '/latest']) {
      expect(await read('fresh', { path })).toMatchObject({
        status: 403,
        body: {
          error: expect.stringMatching(/^All versions of fresh .+ newest, 1\.1\.0, is held back/) as string,
        },
      });
    }
  });

  test('a version without a usable time, or with one in the future, counts as young', async () => {
    expect(await read('undated')).toMatchObject({ status: 403 });
    expect(await fileOf('undated', '1.0.0')).toBe(403);
    expect(versionsOf(await read('future'))).toEqual(['1.0.0']);
  });

  test('what is published here is not held back', async () => {
    await publish(server, anna, 'ours', '1.0.0');
    expect(versionsOf(await read('ours'))).toEqual(['1.0.0']);
    expect(await fileOf('ours', '1.0.0')).toBe(200);
  });
});

describe('why', () => {
  test('lists what is hidden, by which rule, and what latest is in its place', async () => {
    const { status, body } = await why('left');
    expect([status, body]).toMatchObject([
      200,
      {
        origin: 'upstream',
        cooldown: { hours: 72, exemptions: [] },
        versions: 4,
        latest: { published: '1.2.0', shown: '1.1.0' },
        asked: null,
        hidden: [
          { version: '2.0.0-rc.1', findings: [{ rule: 'cooldown' }] },
          {
            version: '1.2.0',
            published: young,
            findings: [{ rule: 'cooldown', until: new Date(Date.parse(young) + 72 * HOUR).toISOString() }],
          },
        ],
      },
    ]);
  });

  test('says of a version that it is hidden by two rules, is not hidden, or is not there', async () => {
    const block = await api(server, 'POST', '/blocks', {
      token: chef,
      body: { name: 'left', range: '1.2.0', reason: 'it steals tokens', advisory: 'MAL-2026-1' },
    });
    expect((await why('left?version=latest')).body).toMatchObject({
      asked: { version: '1.2.0', exists: true, findings: [{ rule: 'block' }, { rule: 'cooldown' }] },
    });
    const { id } = block.body as { id: number };
    await api(server, 'DELETE', `/blocks/${id}`, { token: chef });
    expect((await why('left?version=1.0.0')).body).toMatchObject({ asked: { exists: true, findings: [] } });
    expect((await why('left?version=9.9.9')).body).toMatchObject({ asked: { exists: false } });
    expect(problemOf(await why('nothing-here'))).toEqual([404, 'package_not_found']);
  });

  test('tells a stranger of a private package what it tells of none', async () => {
    await publish(server, anna, 'secret', '1.0.0');
    await fetch(`${server.url}/npm/-/package/secret/access`, {
      method: 'POST',
      headers: { authorization: `Bearer ${anna}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access: 'restricted' }),
    });
    const bert = await register(server, 'bert');
    const asBert = (name: string) => api(server, 'GET', `/registries/npm/why/${name}`, { token: bert });
    expect(problemOf(await asBert('secret'))).toEqual([404, 'package_not_found']);
    expect((await api(server, 'GET', '/registries/npm/why/secret', { token: anna })).status).toBe(200);
  });

  test('at the command line beside the server, in words and in JSON, and without the upstream', async () => {
    expect((await command('why', 'left')).stdout).toMatch(
      /^2 of 4 versions of left are hidden:\n {2}2\.0\.0-rc\.1 is held back .+\n {2}1\.2\.0 is held back .+\nThe cooldown .+ 72 hours\.\nlatest is 1\.1\.0 here, in place of 1\.2\.0\.\n$/,
    );
    expect(await command('why', 'left@1.0.0')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^left@1\.0\.0 is not hidden; it was published at .+\n/) as string,
    });
    const json = await command('why', 'left', '--json');
    expect(JSON.parse(json.stdout)).toEqual((await why('left')).body);
    const { script } = upstream;
    upstream.script = (_, response) => response.writeHead(500).end();
    expect((await command('why', 'left@1.2.0')).stdout).toMatch(/^left@1\.2\.0 is held back/);
    upstream.script = script;
    expect(await command('why', 'nothing-here')).toMatchObject({ code: 1, stdout: '' });
    expect(await command('why', 'left', '--registry', 'nowhere')).toMatchObject({ code: 1 });
  });
});

describe('what a cooldown does not touch', () => {
  test('is set for names, scopes and ranges, and counts at the next request, as does taking it back', async () => {
    expect(await set('--exempt', '@acme/*', 'left@1.2.0')).toMatchObject({ code: 0 });
    expect(versionsOf(await read('@acme/ui'))).toEqual(['1.0.0', '1.1.0']);
    expect(versionsOf(await read('left'))).toEqual(['1.0.0', '1.1.0', '1.2.0']);
    expect((await read('left')).body['dist-tags']).toEqual({ latest: '1.2.0', old: '1.0.0' });
    expect(await fileOf('left', '1.2.0')).toBe(200);
    expect((await why('left?version=1.2.0')).body).toMatchObject({
      cooldown: { exemptions: ['left@1.2.0'] },
      asked: { findings: [], exemptions: ['left@1.2.0'] },
    });
    expect(await set('--exempt', 'none')).toMatchObject({ code: 0 });
    expect(versionsOf(await read('left'))).toEqual(['1.0.0', '1.1.0']);
    // Stored by now, and refused all the same.
    expect(await fileOf('left', '1.2.0')).toBe(403);
    expect(await set('--cooldown', 'off')).toMatchObject({ code: 0 });
    expect(versionsOf(await read('left'))).toEqual(['1.0.0', '1.1.0', '1.2.0', '2.0.0-rc.1']);
    expect(await fileOf('left', '1.2.0')).toBe(200);
    expect(await set('--cooldown', '72h')).toMatchObject({ code: 0 });
    expect(versionsOf(await read('left'))).toEqual(['1.0.0', '1.1.0']);
  });
});

test('a document that was read a moment ago changes when a version is old enough', async () => {
  const time = { '1.0.0': ago(500), '1.1.0': new Date(Date.now() - HOUR + 4000).toISOString() };
  const own = await scriptedUpstream(() => undefined);
  own.script = serves(scriptedPackage('ripe', ['1.0.0', '1.1.0'], own.url, { time }));
  const front = await startKontor({ env: { KONTOR_NPM_UPSTREAM: own.url, KONTOR_COOLDOWN: '1h' } });
  const end = Date.parse(time['1.1.0']) + HOUR;
  const answers: { before: number; after: number; versions: string[] }[] = [];
  do {
    const before = Date.now();
    const versions = versionsOf(await read('ripe', { on: front }));
    answers.push({ before, after: Date.now(), versions });
  } while ((answers.at(-1)?.before ?? 0) < end);
  const early = answers.filter(({ after }) => after < end);
  expect(early.length).toBeGreaterThan(0);
  expect(early.filter(({ versions }) => versions.length !== 1)).toEqual([]);
  expect(answers.at(-1)?.versions).toEqual(['1.0.0', '1.1.0']);
  expect(own.count(/^\/ripe$/)).toBe(1);
  await own.close();
});

test.skipIf(!hasPostgres())(
  'a change of the cooldown counts at the next request of each of two replicas',
  async () => {
    const database = await freshDatabase();
    const data = temporaryFolder('shared');
    const env = { ...admin, KONTOR_DATABASE: database.url, KONTOR_NPM_UPSTREAM: upstream.url };
    const replicas = await Promise.all([startKontor({ env, data }), startKontor({ env, data })]);
    const everywhere = () =>
      Promise.all(replicas.map(async (on) => versionsOf(await read('left', { on })).length));
    const change = (...args: string[]) =>
      kontor(['registry', 'set', 'npm', ...args], { env: { ...env, KONTOR_DATA: data } });
    expect(await everywhere()).toEqual([4, 4]);
    expect(await change('--cooldown', '72h')).toMatchObject({ code: 0 });
    expect(await everywhere()).toEqual([2, 2]);
    expect(await change('--cooldown', 'off')).toMatchObject({ code: 0 });
    expect(await everywhere()).toEqual([4, 4]);
    await Promise.all(replicas.map((replica) => replica.kill9()));
    await database.drop();
  },
);
