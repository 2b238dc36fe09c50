import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, problemOf, session } from '../setup/api.ts';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import type { Target } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import {
  guarded,
  scriptedPackage,
  scriptedUpstream,
  serves,
  type ScriptedUpstream,
} from '../upstream/index.ts';

/** A registry elsewhere that has packages of its own. */
async function elsewhere(...names: string[]): Promise<ScriptedUpstream> {
  const upstream = await scriptedUpstream();
  upstream.script = serves(...names.map((name) => scriptedPackage(name, ['1.0.0'], upstream.url)));
  return upstream;
}

async function status(server: Target, name: string, registry = 'npm'): Promise<number> {
  const response = await fetch(`${server.url}/${registry}/${name.replace('/', '%2f')}`);
  await response.body?.cancel();
  return response.status;
}

function administrator(server: RunningKontor): Promise<string> {
  return session(server, 'admin', readFileSync(join(server.data, 'initial-admin-password'), 'utf8').trim());
}

let upstream: ScriptedUpstream;
let acme: ScriptedUpstream;
beforeAll(async () => {
  upstream = await elsewhere('left', 'right');
  acme = await elsewhere('@acme/ui', 'left');
  acme.script = guarded('Bearer geheim', acme.script);
});
afterAll(() => Promise.all([upstream.close(), acme.close()]));

describe('upstreams are set by the API', () => {
  let server: RunningKontor;
  let token: string;
  beforeAll(async () => {
    server = await startKontor();
    token = await administrator(server);
  });
  const put = (upstreams: unknown) =>
    api(server, 'PUT', '/registries/npm/upstreams', { token, body: { upstreams } });
  const patch = (body: object) => api(server, 'PATCH', '/registries/npm/policy', { token, body });

  test('and asked from the next request on, and no more when they are gone', async () => {
    expect(await status(server, 'left')).toBe(404);
    const answer = await put([{ name: 'elsewhere', url: upstream.url }]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        source: 'database',
        upstreams: [{ name: 'elsewhere', url: upstream.url, credentials: false, freshness: '5m', names: [] }],
      },
    });
    expect(await status(server, 'left')).toBe(200);
    expect((await put([])).status).toBe(200);
    expect(await status(server, 'right')).toBe(404);
    expect(upstream.count('/right')).toBe(0);
    expect(await put(null)).toMatchObject({ body: { source: 'default' } });
  });

  test.each(['hide', 'keep'])(
    'a name that moves to another one shows nothing of the first any more, also not by URL (vanished: %s)',
    async (vanished) => {
      const name = `@moved/${vanished}`;
      const bytes = (label: string) => () => Buffer.from(`${label} ${name}`);
      const [one, two] = await Promise.all([scriptedUpstream(), scriptedUpstream()]);
      onTestFinished(async () => void (await Promise.all([one.close(), two.close()])));
      one.script = serves(scriptedPackage(name, ['0.9.0', '1.0.0'], one.url, { bytes: bytes('one') }));
      two.script = serves(scriptedPackage(name, ['1.0.0'], two.url, { bytes: bytes('two') }));
      const tarball = async (version: string) => {
        const answer = await fetch(`${server.url}/npm/${name}/-/${vanished}-${version}.tgz`);
        return answer.status === 200 ? answer.text() : String(answer.status);
      };
      const document = async () => {
        const answer = await fetch(`${server.url}/npm/${name.replace('/', '%2f')}`);
        return Object.keys(((await answer.json()) as { versions: object }).versions);
      };
      await patch({ vanished });
      await put([{ name: 'one', url: one.url }]);
      expect(await document()).toEqual(['0.9.0', '1.0.0']);
      expect([await tarball('0.9.0'), await tarball('1.0.0')]).toEqual([`one ${name}`, `one ${name}`]);
      await put([
        { name: 'two', url: two.url, names: ['@moved/*'] },
        { name: 'one', url: one.url },
      ]);
      expect([await tarball('1.0.0'), await tarball('0.9.0')]).toEqual([`two ${name}`, '404']);
      expect(await document()).toEqual(['1.0.0']);
      await patch({ vanished: 'hide' });
    },
  );

  test('one with credentials, which are shown to nobody and stay where the list is given back', async () => {
    const answer = await put([{ name: 'acme', url: acme.url, names: ['@acme/*'], token: 'geheim' }]);
    expect(answer).toMatchObject({ status: 200, body: { upstreams: [{ name: 'acme', credentials: true }] } });
    expect(await status(server, '@acme/ui')).toBe(200);
    const { upstreams } = answer.body as { upstreams: object[] };
    const again = await put(upstreams.map((each) => Object.assign({}, each, { freshness: '1h' })));
    expect(again).toMatchObject({ body: { upstreams: [{ credentials: true, freshness: '1h' }] } });
    const moved = await put([{ name: 'acme', url: upstream.url, credentials: true }]);
    expect(problemOf(moved)).toEqual([422, 'policy_invalid']);

    const seen = await api(server, 'GET', '/registries/npm/policy', { token });
    const audit = await api(server, 'GET', '/audit?type=registry.policy', { token });
    expect(audit.body).toMatchObject({ events: expect.arrayContaining([expect.anything()]) as unknown });
    for (const text of [answer, again, moved, seen, audit].map(({ body }) => JSON.stringify(body))) {
      expect(text).not.toContain('geheim');
    }
    expect(server.logs()).not.toContain('geheim');
  });

  test('with sentences for all that is wrong', async () => {
    expect(await put([{ name: 'self', url: `${server.url}/npm/` }])).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('leads to this server itself') as string },
    });
    expect(await put([{ url: upstream.url, freshnes: '5m' }, { url: 'gopher://x' }])).toMatchObject({
      status: 422,
      body: {
        detail: expect.stringMatching(/freshnes .*did you mean freshness\?\n.*url .*web address/) as string,
      },
    });
    expect(problemOf(await put([{ url: upstream.url, tokenFrom: 'KONTOR_SECRET' }]))[0]).toBe(422);
    expect(problemOf(await put([{ url: 7 }]))).toEqual([400, 'bad_request']);
    expect(problemOf(await put('npm'))).toEqual([400, 'bad_request']);
    expect(problemOf(await patch({ claims: ['x'] }))).toEqual([422, 'policy_invalid']);
    expect(problemOf(await patch({ coldown: 3 }))).toEqual([422, 'policy_invalid']);
    expect(problemOf(await api(server, 'GET', '/registries/gone/policy', { token }))).toEqual([
      404,
      'registry_not_found',
    ]);
  });

  test('for any registry of the format, each its own', async () => {
    await api(server, 'POST', '/registries', { token, body: { name: 'team', format: 'npm' } });
    await put([]);
    const body = { upstreams: [{ url: upstream.url }] };
    await api(server, 'PUT', '/registries/team/upstreams', { token, body });
    expect(await status(server, 'right', 'team')).toBe(200);
    expect(await status(server, 'right')).toBe(404);
  });

  test('what is not named stays, and null is as by default', async () => {
    await patch({ offline: true, cooldown: { hours: 48, exempt: ['@acme/*'] } });
    expect(await patch({ cooldown: { hours: 72 } })).toMatchObject({
      status: 200,
      body: { offline: true, cooldown: { hours: 72, exempt: ['@acme/*'] }, vanished: 'hide' },
    });
    expect(await patch({ offline: null, cooldown: null })).toMatchObject({
      body: { offline: false, cooldown: { hours: 0, exempt: [] } },
    });
  });
});

describe('at the command line', () => {
  let server: RunningKontor;
  beforeAll(async () => {
    server = await startKontor();
  });
  const command = (args: string[], input = '') =>
    kontor(['registry', ...args], { env: { KONTOR_DATA: server.data, ACME: 'geheim' }, input });

  test('upstreams are added, changed and removed beside a running server', async () => {
    const added = await command(['upstream', 'add', 'npm', upstream.url, '--name', 'elsewhere']);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(await status(server, 'left')).toBe(200);
    const first = ['upstream', 'add', 'npm', acme.url, '--name', 'acme', '--first', '--names', '@acme/*'];
    expect((await command([...first, '--token'], 'geheim\n')).stdout).toMatch(
      /^NAME .*\nacme .* @acme\/\* +yes +5m\nelsewhere .* any +5m\n$/,
    );
    expect(await status(server, '@acme/ui')).toBe(200);
    await command(['upstream', 'set', 'npm', 'acme', '--freshness', '1h', '--timeout', 'connect=5s']);
    const { stdout } = await command(['upstream', 'list', 'npm', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      upstreams: [{ name: 'acme', credentials: true, freshness: '1h', timeouts: { connect: '5s' } }, {}],
    });
    expect(stdout).not.toContain('geheim');
    await command(['upstream', 'set', 'npm', 'acme', '--no-credentials']);
    await command(['upstream', 'set', 'npm', 'acme', '--token-from', 'ACME']);
    await command(['upstream', 'remove', 'npm', 'elsewhere']);
    expect(await status(server, 'right')).toBe(404);
    expect(await command(['upstream', 'reset', 'npm'])).toMatchObject({
      code: 0,
      stdout: 'the registry npm has no upstream (by default)\n',
    });
  });

  test('what a registry lets in is changed', async () => {
    expect(
      await command(['set', 'npm', '--cooldown', '3d', '--exempt', '@acme/*', '--offline']),
    ).toMatchObject({
      code: 0,
      stdout: 'registry npm: cooldown 72h (not for @acme/*), offline, vanished versions: hide\n',
    });
    const shown = JSON.parse((await command(['show', 'npm', '--json'])).stdout) as unknown;
    expect(shown).toMatchObject({
      name: 'npm',
      visibility: 'public',
      policy: { source: 'database', offline: true, cooldown: { hours: 72 } },
    });
    expect((await command(['set', 'npm', '--no-offline', '--cooldown', 'off'])).stdout).toBe(
      'registry npm: no cooldown, upstreams are asked, vanished versions: hide\n',
    );
  });

  test.each([
    [['upstream', 'set', 'npm', 'gone', '--freshness', '1h'], /has no upstream "gone"/],
    [['upstream', 'add', 'npm', 'https://u:p@npm.example/'], /url holds credentials/],
    [['set', 'npm', '--cooldown', 'soon'], /no time of waiting/],
  ])('%j is refused with a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await command(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});

test('kontor.yaml goes before both, which then change nothing', async () => {
  const cwd = temporaryFolder('settings');
  const yaml = `registries:\n  npm:\n    claims: left\n    upstreams:\n      - url: ${acme.url}\n        name: acme\n        tokenFrom: ACME\n  ghost: {}\n`;
  writeFileSync(join(cwd, 'kontor.yaml'), yaml);
  const server = await startKontor({ cwd, env: { ACME: 'geheim' } });
  expect(await status(server, '@acme/ui')).toBe(200);
  acme.requests.length = 0;
  expect(await status(server, 'left')).toBe(404);
  expect(acme.requests).toHaveLength(0);
  await expect.poll(() => server.logs()).toMatch(/registries\.ghost in the settings .*no such registry/);
  const token = await administrator(server);
  const body = { offline: true };
  expect(problemOf(await api(server, 'PATCH', '/registries/npm/policy', { token, body }))).toEqual([
    409,
    'policy_fixed',
  ]);
  const env = { KONTOR_DATA: server.data, ACME: 'geheim' };
  const refused = await kontor(['registry', 'upstream', 'reset', 'npm'], { cwd, env });
  expect(refused.stderr).toMatch(/set in kontor\.yaml, section registries\.npm: change it there and restart/);
  const shown = await kontor(['config'], { cwd, env });
  expect(shown.stdout).toMatch(/registries\.npm\.upstreams\[0\]\.credentials +\*\*\*/);
  expect(shown.stdout).not.toContain('geheim');

  // The file is read at a start: what it says then counts at once, with all that is stored.
  await server.stop();
  writeFileSync(join(cwd, 'kontor.yaml'), 'registries:\n  npm:\n    upstreams: []\n');
  const again = await startKontor({ cwd, data: server.data });
  expect(await status(again, 'left')).toBe(404);
});

/** What npm on the server's machine is configured for. */
const npmrc = () => ({ npm_config_registry: upstream.url, KONTOR_NPM_UPSTREAM: undefined });

describe('[P-36] NPM_FALLBACK', () => {
  test('false: what is not here is not found, and no upstream is asked', async () => {
    const server = await startKontor({ env: { ...npmrc(), NPM_FALLBACK: 'false' } });
    upstream.requests.length = 0;
    expect(await status(server, 'left')).toBe(404);
    expect(await status(server, 'left/-/left-1.0.0.tgz')).toBe(404);
    expect(upstream.requests).toHaveLength(0);
  });

  test('true, or nothing: the registry that npm is configured for is asked', async () => {
    const server = await startKontor({ env: { ...npmrc(), NPM_FALLBACK: 'true' } });
    upstream.requests.length = 0;
    expect(await status(server, 'left')).toBe(200);
    expect(upstream.count('/left')).toBe(1);
  });
});

test('a registry whose credentials KONTOR_SECRET does not unwrap is said by the start', async () => {
  const server = await startKontor({ env: { KONTOR_SECRET: 'a secret of sixteen' } });
  const env = { KONTOR_DATA: server.data, KONTOR_SECRET: 'a secret of sixteen', ACME: 'geheim' };
  const add = ['registry', 'upstream', 'add', 'npm', acme.url, '--token-from', 'ACME'];
  expect((await kontor(add, { env })).code).toBe(0);
  expect(await status(server, '@acme/ui')).toBe(200);
  await server.stop();
  expect(readFileSync(join(server.data, 'kontor.db')).includes('geheim')).toBe(false);
  await expect(
    startKontor({ data: server.data, env: { KONTOR_SECRET: 'another secret of sixteen' } }),
  ).rejects.toThrow(/wrapped by KONTOR_SECRET, which is another one/);
});

describe.skipIf(!hasPostgres())('with two servers on one database', () => {
  let database: FreshDatabase;
  let servers: RunningKontor[];
  beforeAll(async () => {
    database = await freshDatabase();
    const data = join(temporaryFolder('shared'), 'data');
    const env = { KONTOR_DATABASE: database.url };
    servers = [await startKontor({ env, data }), await startKontor({ env, data })];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill9()));
    await database.drop();
  });

  test('a change counts at the next request of either', async () => {
    const [one, other] = servers;
    if (!one || !other) throw new Error('there are two');
    const token = await administrator(one);
    const put = (upstreams: unknown) =>
      api(one, 'PUT', '/registries/npm/upstreams', { token, body: { upstreams } });
    for (let round = 0; round < 3; round++) {
      await put([{ name: 'elsewhere', url: upstream.url }]);
      expect(await status(other, 'left')).toBe(200);
      expect(await status(one, 'left')).toBe(200);
      await put([]);
      expect(await status(other, 'left')).toBe(404);
      expect(await status(one, 'left')).toBe(404);
    }
  });
});
