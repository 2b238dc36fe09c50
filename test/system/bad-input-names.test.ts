import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres, type FreshDatabase } from '../setup/postgres.ts';
import { packageTarball, packageUrl, publish, publishBody, register } from '../setup/publish.ts';
import { rawRequest, type RawAnswer } from '../setup/raw.ts';
import { readPackument } from '../setup/read.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { addedFor, refusalOf, storedFiles } from '../setup/traces.ts';

const badNames = [
  '..',
  '.',
  '.hidden',
  '_private',
  '-dash',
  '../demo',
  '../../etc/passwd',
  '..\\demo',
  'a/b',
  'a/../b',
  '@x',
  '@x/',
  '@/x',
  '@x/..',
  '@../x',
  '@x/.y',
  '@x/y/z',
  '@@x/y',
  'Demo',
  'de mo',
  'demo ',
  'demo\n',
  'demo\u202e',
  'dеmo',
  'ｄｅｍｏ',
  'démo',
  'demo%2f',
  'demo?',
  'demo#x',
  'demo:x',
  'node_modules',
  'favicon.ico',
  '__proto__',
  'a'.repeat(215),
  'a'.repeat(300),
  `@${'a'.repeat(150)}/${'b'.repeat(150)}`,
];
const badVersions = [
  '',
  '1',
  '1.0',
  'v1.0.0',
  '=1.0.0',
  ' 1.0.0',
  '1.0.0 ',
  '01.0.0',
  '1.0.0-',
  '1.0.0-01',
  '1.0.0+',
  '1.0.0-ä',
  '1.0.0\0',
  '1.0.0\n',
  '../1.0.0',
  '1.0.0/../../x',
  'latest',
  '*',
  '^1.0.0',
  '__proto__',
  '99999999999999999999.0.0',
  `1.0.0-${'a'.repeat(300)}`,
];
const badTags = [
  '',
  '1.0.0',
  '1.2',
  '1',
  'v1',
  'v1.2.3',
  '^1.0.0',
  '>=1',
  '1.x',
  'x',
  '*',
  '..',
  '.',
  '../x',
  'a/b',
  'a b',
  'a\0b',
  'ta\ng',
  '__proto__',
  'größe',
  'a'.repeat(300),
];

const databases = ['SQLite', 'PostgreSQL'].filter((name) => name === 'SQLite' || hasPostgres());

describe.each(databases)('names, versions and tags, on %s', (name) => {
  let database: FreshDatabase | undefined;
  let server: RunningKontor;
  let token: string;
  let before: string[];
  beforeAll(async () => {
    database = name === 'PostgreSQL' ? await freshDatabase() : undefined;
    server = await startKontor({ env: { KONTOR_DATABASE: database?.url } });
    token = await register(server, 'anna');
    await publish(server, token, 'other', '1.0.0');
  });
  afterAll(async () => {
    await server.kill9();
    await database?.drop();
  });
  beforeEach(() => {
    before = storedFiles(server);
  });

  const next = '/npm/-/package/other/dist-tags/next';
  function put(target: string, body: unknown): Promise<RawAnswer> {
    return rawRequest(server, {
      method: 'PUT',
      target,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  test.each(badNames)('the name %j is refused in path, document and archive alike', async (bad) => {
    const body = publishBody(bad, '1.0.0', await packageTarball(bad, '1.0.0'));
    const inPath = await put(`/npm/${encodeURIComponent(bad)}`, body);
    expect([inPath.status, inPath.body]).toEqual([
      expect.toBeOneOf([400, 404]),
      expect.stringMatching(/^\{.*"error":".{9,}"/),
    ]);
    expect(refusalOf(await put('/npm/demo', body))).toEqual([422, 'manifest_invalid']);
    expect(await addedFor(server, bad, before)).toEqual([]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('a document for another name than that of the path is refused, wherever it says so', async () => {
    const other = await packageTarball('demo2', '1.0.0');
    const tarball = await packageTarball('demo', '1.0.0');
    const bodies = [
      publishBody('demo2', '1.0.0', other),
      publishBody('demo', '1.0.0', other),
      { ...publishBody('demo', '1.0.0', tarball), name: 'demo2' },
      { ...publishBody('demo', '1.0.0', tarball), _id: 'demo2' },
      { ...publishBody('demo', '1.0.0', tarball), versions: publishBody('demo2', '1.0.0', tarball).versions },
    ];
    for (const body of bodies)
      expect(refusalOf(await put('/npm/demo', body))).toEqual([422, 'manifest_invalid']);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
    expect(await addedFor(server, 'demo2', before)).toEqual([]);
  });

  test.each(badVersions)('the version %j is refused', async (bad) => {
    const answer = await put('/npm/demo', publishBody('demo', bad, await packageTarball('demo', bad)));
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      422,
      { error: expect.any(String), code: expect.toBeOneOf(['version_invalid', 'manifest_invalid']) },
    ]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test.each(badTags)('a publish under the tag %j is refused', async (bad) => {
    const tarball = await packageTarball('demo', '1.0.0');
    expect(refusalOf(await put('/npm/demo', publishBody('demo', '1.0.0', tarball, bad)))).toEqual([
      422,
      'tag_invalid',
    ]);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test('tags that point to another version, to nothing, or are none are refused', async () => {
    const body = publishBody('demo', '1.0.0', await packageTarball('demo', '1.0.0'));
    for (const tags of [{}, [], null, 'latest', { latest: '2.0.0' }, { latest: null }, { latest: ['1.0.0'] }])
      expect(refusalOf(await put('/npm/demo', { ...body, 'dist-tags': tags }))).toEqual([422, 'tag_invalid']);
    expect(await addedFor(server, 'demo', before)).toEqual([]);
  });

  test.each(badTags.filter((tag) => !['', '.', '..'].includes(tag)))(
    'a tag %j cannot be set later either',
    async (bad) => {
      const target = `/npm/-/package/other/dist-tags/${encodeURIComponent(bad)}`;
      const { status, body } = await put(target, '1.0.0');
      expect([status, body]).toEqual([bad.includes('\0') ? 400 : 422, expect.stringContaining('"error"')]);
      expect((await readPackument(server, 'other'))?.['dist-tags']).toEqual({ latest: '1.0.0' });
    },
  );

  test('a tag cannot be pointed at what is no version, or not there', async () => {
    for (const body of [null, {}, ['1.0.0'], 1, true])
      expect(refusalOf(await put(next, body))).toEqual([400, 'bad_request']);
    for (const body of ['', 'latest', '1', 'v1.0.0', '1.0.0\0', '\ud800', 'a'.repeat(5000)])
      expect(refusalOf(await put(next, body))).toEqual([422, 'version_invalid']);
    expect(refusalOf(await put(next, '2.0.0'))).toEqual([404, 'version_not_found']);
    expect((await readPackument(server, 'other'))?.['dist-tags']).toEqual({ latest: '1.0.0' });
  });

  test('a version that is there is not replaced, and its bytes stay', async () => {
    const url = `${packageUrl(server, 'other')}/-/other-1.0.0.tgz`;
    const bytes = await (await fetch(url)).bytes();
    const changed = await packageTarball('other', '1.0.0', { 'package/more.js': '' });
    for (const [version, tarball] of [
      ['1.0.0', undefined],
      ['1.0.0', changed],
      ['1.0.0+build', undefined],
    ] as const) {
      const again = await publish(server, token, 'other', version, tarball ? { tarball } : {});
      expect(refusalOf({ status: again.status, body: again.text })).toEqual([403, 'version_exists']);
      expect(again.text).toContain('You cannot publish over the previously published versions: 1.0.0');
    }
    expect(await (await fetch(url)).bytes()).toEqual(bytes);
    expect(storedFiles(server)).toEqual(before);
  });

  test('of one version published eight times at once, one is accepted and its bytes are served', async () => {
    const tarballs = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        packageTarball('race', '1.0.0', { 'package/which': String(index) }),
      ),
    );
    const answers = await Promise.all(
      tarballs.map((tarball) => publish(server, token, 'race', '1.0.0', { tarball })),
    );
    expect(Map.groupBy(answers, ({ status }) => status).get(403)).toHaveLength(7);
    const accepted = answers.find(({ status }) => status === 201);
    const packument = await readPackument(server, 'race');
    expect(packument?.versions['1.0.0']?.dist.integrity).toBe(accepted?.integrity);
    const added = storedFiles(server).filter((file) => !before.includes(file));
    expect(added).toEqual([expect.stringMatching(/^npm\/race\/1\.0\.0\/race-1\.0\.0\.tgz/)]);
  });
});
