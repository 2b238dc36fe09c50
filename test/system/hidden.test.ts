import { StatementSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, session } from '../setup/api.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';

/** What this process asks its database from now on; the writer is another thread. */
const asked: string[] = [];
type Method = 'get' | 'all' | 'run' | 'iterate';
/** Of a commit with the packages of anna. */
const SHA = 'abc1234def5678';
const methods: Method[] = ['get', 'all', 'run', 'iterate'];
const originals = methods.map((method) => [method, StatementSync.prototype[method]] as const);

let server: InProcess;
let chef: string;
let anna: string;
let stranger: string;

beforeAll(async () => {
  for (const [method, original] of originals) {
    StatementSync.prototype[method] = function recorded(this: StatementSync, ...values: never[]) {
      asked.push(this.sourceSQL);
      return Reflect.apply(original, this, values) as never;
    };
  }
  const password = 'a long pass phrase of the chef';
  server = await startInProcess({ KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: password });
  chef = await session(server, 'chef', password);
  anna = await register(server, 'anna');
  stranger = await register(server, 'stranger');
  await api(server, 'POST', '/organisations', { token: anna, body: { name: 'acme' } });
  for (const name of ['@acme/secret', '@acme/inner', 'secret']) await publish(server, anna, name, '1.0.0');
  await publishCommit(['@acme/secret', 'secret']);
  const hide = (name: string, visibility: string) =>
    api(server, 'PUT', `/registries/npm/packages/${encodeURIComponent(name)}/visibility`, {
      token: anna,
      body: { visibility },
    });
  await hide('@acme/secret', 'private');
  await hide('secret', 'private');
  await hide('@acme/inner', 'internal');
  const team = { name: 'team-npm', format: 'npm', visibility: 'private', organisation: 'acme' };
  await api(server, 'POST', '/registries', { token: chef, body: team });
  await publish(server, anna, 'demo', '1.0.0', { registry: 'team-npm' });
});
afterAll(async () => {
  for (const [method, original] of originals) StatementSync.prototype[method] = original as never;
  await server.stop();
});

async function publishCommit(names: string[]): Promise<void> {
  const form = new FormData();
  form.append('sha', SHA);
  for (const name of names) {
    form.append(
      `package:${name}`,
      new Blob([new Uint8Array(await packageTarball(name, '1.0.1'))]),
      'package.tgz',
    );
  }
  const headers = { authorization: `Bearer ${anna}` };
  const { status } = await fetch(`${server.url}/publish/commit`, { method: 'POST', headers, body: form });
  if (status !== 201) throw new Error(`the commit was not published: ${status}`);
}

interface Told {
  status: number;
  headers: Record<string, string>;
  body: string;
  queries: string[];
}

/** All that a client, and whoever can read the database's log, gets to know. */
async function tell(path: string, token: string | null, request: RequestInit = {}): Promise<Told> {
  asked.length = 0;
  const response = await fetch(`${server.url}${path}`, {
    ...request,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
    },
  });
  const body = await response.text();
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !/^(date|.*ratelimit.*)$/.test(name)),
  );
  return { status: response.status, headers, body, queries: [...asked] };
}

/** Protocols/pantry 5: of names that nobody ever heard of these tell nothing, but with 200. */
const ANSWERED = /\/(timeline|requested-versions)$/;

/**
 * What somebody is told of one thing and of another one, each with its name, where that differs; both must be refused. Jobs may read in
 * between, so the best of some tries counts.
 */
async function differences(
  one: [path: string, name: string],
  other: [path: string, name: string],
  token: string | null,
  request: RequestInit = {},
): Promise<Told[]> {
  const plain = async ([path, name]: [string, string]): Promise<Told> => {
    const told = await tell(path, token, request);
    if (told.status < 400 && !ANSWERED.test(path))
      throw new Error(`${path} was answered with ${told.status}`);
    return {
      ...told,
      headers: { ...told.headers, 'content-length': '' },
      body: told.body.replaceAll(name, 'X'),
    };
  };
  for (let tries = 1; ; tries += 1) {
    const both = [await plain(one), await plain(other)];
    if (JSON.stringify(both[0]) === JSON.stringify(both[1])) return [];
    if (tries === 5) return both;
  }
}

const show = (visibility: string) =>
  api(server, 'PATCH', '/registries/npm', { token: chef, body: { visibility } });
const tag = (name: string): [string, string] => [`/npm/-/package/@acme%2f${name}/dist-tags/next`, name];
const rev = (name: string): [string, string] => [`/npm/@acme%2f${name}/-rev/1-0000000000000001`, name];
const put = (name: string): [string, string] => [`/npm/@acme%2f${name}`, name];

const who = (): [string, string | null][] => [
  ['nobody', null],
  ['a stranger', stranger],
];

describe('A private package [S-99]', () => {
  const reads = [
    ['document', (name: string) => `/npm/${name.replace('/', '%2f')}`],
    ['version', (name: string) => `/npm/${name.replace('/', '%2f')}/1.0.0`],
    ['tarball', (name: string) => `/npm/${name}/-/${name.replace(/.*\//, '')}-1.0.0.tgz`],
    ['tags', (name: string) => `/npm/-/package/${name.replace('/', '%2f')}/dist-tags`],
    ['visibility', (name: string) => `/npm/-/package/${name.replace('/', '%2f')}/visibility`],
    ['collaborators', (name: string) => `/npm/-/package/${name.replace('/', '%2f')}/collaborators`],
    ['attestations', (name: string) => `/npm/-/npm/v1/attestations/${name.replace('/', '%2f')}@1.0.0`],
    ['downloads', (name: string) => `/npm/downloads/point/last-day/${name}`],
    ['numbers', (name: string) => `/analytics/${name}`],
    ['timeline', (name: string) => `/pantry/analytics/${name}/timeline`],
    ['missing versions', (name: string) => `/analytics/${name}/requested-versions`],
    ['preview', (name: string) => `/commits/${SHA}/${name}`],
    ['tarball of a preview', (name: string) => `/commits/${SHA.slice(0, 7)}/${name}/tarball`],
    ['address of a preview', (name: string) => `/${name}@${SHA}`],
    ['file of a missing version', (name: string) => `/npm/${name}/-/${name.replace(/.*\//, '')}-9.9.9.tgz`],
  ] as const;

  test.each(reads)('tells no more of its %s than one that does not exist', async (_what, path) => {
    for (const [, token] of who()) {
      for (const [name, none] of [
        ['@acme/secret', '@acme/nosuch'],
        ['secret', 'nosuch'],
      ] as const) {
        expect(
          await differences([path(name), name.replace(/.*\//, '')], [path(none), 'nosuch'], token),
        ).toEqual([]);
      }
    }
  });

  test('leaves no trace of the commits that it has previews of', async () => {
    for (const [, token] of who()) {
      for (const length of [14, 7]) {
        const [known, unknown] = [SHA.slice(0, length), 'fedcba98765432'.slice(0, length)];
        expect(
          await differences([`/commits/${known}`, known], [`/commits/${unknown}`, unknown], token),
        ).toEqual([]);
      }
    }
    expect((await tell(`/commits/${SHA}`, anna)).status).toBe(200);
  });

  test('cannot be told from none by trying to change it', async () => {
    const body = JSON.stringify('1.0.0');
    for (const [, token] of who()) {
      expect(await differences(tag('secret'), tag('nosuch'), token, { method: 'PUT', body })).toEqual([]);
      expect(await differences(tag('secret'), tag('nosuch'), token, { method: 'DELETE' })).toEqual([]);
      expect(await differences(rev('secret'), rev('nosuch'), token, { method: 'DELETE' })).toEqual([]);
      const publishing = JSON.stringify({ name: '@acme/x', versions: {}, _attachments: {} });
      expect(
        await differences(put('secret'), put('nosuch'), token, { method: 'PUT', body: publishing }),
      ).toEqual([]);
    }
  });

  test('is in no search, count or list of a stranger, and in those of a member', async () => {
    const search = async (token: string | null) => {
      const { body } = await tell('/npm/-/v1/search?text=secret', token);
      const { total, objects } = JSON.parse(body) as {
        total: number;
        objects: { package: { name: string } }[];
      };
      return [total, ...objects.map((hit) => hit.package.name).toSorted()];
    };
    expect(await search(null)).toEqual([0]);
    expect(await search(stranger)).toEqual([0]);
    expect(await search(anna)).toEqual([2, '@acme/secret', 'secret']);
    const theirs = await tell('/npm/-/user/anna/package', stranger);
    expect(JSON.parse(theirs.body)).toEqual({ '@acme/inner': 'write' });
  });

  test('is read by members; an internal one by every user', async () => {
    expect((await tell('/npm/@acme%2fsecret', anna)).status).toBe(200);
    expect((await tell('/npm/@acme%2finner', null)).status).toBe(404);
    expect((await tell('/npm/@acme%2finner', stranger)).status).toBe(200);
  });
});

describe('What everybody may read', () => {
  test('costs nobody more than one query, which looks at the registry too', async () => {
    await publish(server, anna, 'open', '1.0.0');
    await tell('/npm/open', null);
    const { status, queries } = await tell('/npm/open', null);
    expect(status).toBe(200);
    // Whether anything was written since is no query.
    const asking = queries.filter((query) => query !== 'pragma data_version');
    expect(asking).toEqual([expect.stringMatching(/"registries"/)]);
  });
});

describe('A private registry', () => {
  test.each([
    ['GET', 'demo'],
    ['GET', '-/ping'],
    ['GET', '-/whoami'],
    ['GET', '-/v1/search?text=demo'],
    ['GET', 'demo/-/demo-1.0.0.tgz'],
    ['GET', '%00'],
    ['GET', ''],
    ['HEAD', 'demo'],
    ['POST', '-/v1/login'],
    ['PUT', 'demo'],
    ['DELETE', '-/user/token/x'],
  ])('answers %s /%s as no registry would', async (method, rest) => {
    const request = { method, ...(method === 'PUT' && { body: '{}' }) };
    for (const [, token] of [...who(), ['a bad token', 'ktr_nonsense'] as const]) {
      expect(
        await differences(
          [`/team-npm/${rest}`, 'team-npm'],
          [`/nobody-1/${rest}`, 'nobody-1'],
          token,
          request,
        ),
      ).toEqual([]);
    }
  });

  test('is there for its members, in the list too', async () => {
    expect((await tell('/team-npm/demo', anna)).status).toBe(200);
    expect((await tell('/team-npm/-/ping', anna)).status).toBe(200);
    const names = async (token: string) => {
      const { body } = await api(server, 'GET', '/registries', { token });
      return (body as { registries: { name: string }[] }).registries.map(({ name }) => name);
    };
    expect(await names(anna)).toEqual(['npm', 'zig', 'vais', 'team-npm']);
    expect(await names(stranger)).toEqual(['npm', 'zig', 'vais']);
    const refused = await api(server, 'PATCH', '/registries/team-npm', { token: stranger, body: {} });
    const unknown = await api(server, 'PATCH', '/registries/nobody-1', { token: stranger, body: {} });
    expect(JSON.stringify(refused.body).replaceAll('team-npm', 'X')).toBe(
      JSON.stringify(unknown.body).replaceAll('nobody-1', 'X'),
    );
  });

  test('that everybody has can still be logged in at, and shows nothing', async () => {
    await show('internal');
    expect((await tell('/npm/open', null)).status).toBe(404);
    expect((await tell('/npm/open', stranger)).status).toBe(200);
    expect((await tell('/npm/-/ping', null)).status).toBe(200);
    expect(JSON.parse((await tell('/npm/-/v1/search?text=open', null)).body)).toMatchObject({ total: 0 });
    await show('public');
    expect((await tell('/npm/open', null)).status).toBe(200);
  });
});
