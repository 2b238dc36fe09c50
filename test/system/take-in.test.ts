import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer, Registry } from '../../src/index.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';

/** What Pantry's own server left in `./.registry`: protocols/pantry 8. */
const data = join(temporaryFolder('pantry'), '.registry');
const DAY = 86_400_000;
const yesterday = new Date(Date.now() - DAY).toISOString();
const longAgo = new Date(Date.now() - 100 * DAY).toISOString();
const sha = 'abc1234def5678';
const archives = new Map<string, Buffer>();

async function leave(path: string, name: string, version: string): Promise<string> {
  const tarball = await packageTarball(name, version);
  archives.set(`${name}@${version}`, tarball);
  const file = join(data, 'tarballs', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, tarball);
  return `sha256:${createHash('sha256').update(tarball).digest('hex')}`;
}

async function leaveVersion(name: string, version: string, publishedAt: string, inside = name) {
  const safe = name.replaceAll('@', '').replaceAll('/', '-');
  const checksum = await leave(`packages/pantry/${safe}/${version}/${safe}-${version}.tgz`, inside, version);
  const tarballUrl = `http://localhost:3000/packages/${encodeURIComponent(name)}/${version}/tarball`;
  return { version, tarballUrl, checksum, publishedAt, size: 0 };
}

interface Start {
  url: string;
  /** Messages of the log. */
  log: { msg: string }[];
  stop(): Promise<void>;
}

async function start(): Promise<Start> {
  const log: { msg: string }[] = [];
  const registry = new Registry({
    localStoragePath: data,
    baseUrl: 'http://localhost:3000',
    npmFallback: false,
    log: { write: (line) => log.push(JSON.parse(line) as { msg: string }) },
  });
  const { start: begin, stop } = createServer(registry, 0);
  const { url } = await begin();
  return { url, log, stop };
}

let first: Start;
let left: string;

beforeAll(async () => {
  const commit = (name: string, publishedAt: string, checksum: string) => ({
    name,
    sha,
    tarballUrl: `http://localhost:3000/commits/${sha}/${name}/tarball`,
    checksum,
    publishedAt,
    repository: 'https://git.example/acme/demo',
  });
  const record = (name: string, versions: { version: string }[], more: object = {}) => ({
    name,
    ...more,
    versions: Object.fromEntries(versions.map((one) => [one.version, one])),
    latestVersion: versions.at(-1)?.version,
    createdAt: longAgo,
    updatedAt: yesterday,
    totalDownloads: 7,
  });
  const wrong = await leaveVersion('wrong', '1.0.0', yesterday, 'something-else');
  const changed = {
    ...(await leaveVersion('changed', '1.0.0', yesterday)),
    checksum: `sha256:${'0'.repeat(64)}`,
  };
  const gone = { version: '1.0.0', tarballUrl: '', checksum: '', publishedAt: yesterday, size: 0 };
  const packages = {
    demo: record(
      'demo',
      [await leaveVersion('demo', '1.10.0', yesterday), await leaveVersion('demo', '1.9.0', longAgo)],
      { description: 'A demo', license: 'MIT' },
    ),
    '@acme/tool': record('@acme/tool', [await leaveVersion('@acme/tool', '0.1.0', longAgo)]),
    wrong: record('wrong', [wrong]),
    changed: record('changed', [changed]),
    gone: record('gone', [gone]),
    '../../etc': record('../../etc', [gone]),
    odd: 1,
  };
  const commits = {
    [sha]: [
      commit('demo', yesterday, await leave(`commits/${sha}/demo/demo.tgz`, 'demo', '1.11.0')),
      commit('old', longAgo, await leave(`commits/${sha}/old/old.tgz`, 'old', '1.0.0')),
    ],
  };
  left = JSON.stringify({ version: 1, packages, commits, packageCommits: {}, paywalls: {} }, undefined, 2);
  writeFileSync(join(data, 'metadata.json'), left);
  first = await start();
});
afterAll(() => first.stop());

test('[P-62] the packages of an existing metadata.json are here, with their bytes and times', async () => {
  const document = (await (await fetch(`${first.url}/npm/demo`)).json()) as {
    'dist-tags': Record<string, string>;
    time: Record<string, string>;
    versions: Record<string, Record<string, unknown>>;
    maintainers: { name: string }[];
  };
  expect(document['dist-tags']).toEqual({ latest: '1.10.0' });
  expect(document.time).toMatchObject({ '1.9.0': longAgo, '1.10.0': yesterday });
  expect(document.versions['1.10.0']).toMatchObject({ description: 'A demo', license: 'MIT' });
  expect(document.maintainers).toMatchObject([{ name: 'admin' }]);
  const tarball = await fetch(`${first.url}/packages/@acme/tool/0.1.0/tarball`);
  expect(
    Buffer.from(await tarball.arrayBuffer()).equals(archives.get('@acme/tool@0.1.0') ?? Buffer.of()),
  ).toBe(true);
});

test('[P-62] so are packages of commits whose time is not over', async () => {
  const answer = await fetch(`${first.url}/commits/${sha}`);
  expect(await answer.json()).toMatchObject({
    sha,
    repository: 'https://git.example/acme/demo',
    packages: [{ name: 'demo', version: '1.11.0', publishedAt: yesterday }],
  });
});

test('[P-62] what cannot be taken in is told by name, and nothing is deleted', () => {
  const told = first.log.map(({ msg }) => msg).filter((msg) => msg.startsWith('not taken in'));
  for (const name of [
    'wrong@1.0.0',
    'changed@1.0.0',
    'gone@1.0.0',
    '../../etc@1.0.0',
    'odd',
    `old of commit ${sha}`,
  ]) {
    expect(told.filter((msg) => msg.includes(`: ${name}`))).toHaveLength(1);
  }
  expect(told).toHaveLength(6);
  expect(first.log).toContainEqual(
    expect.objectContaining({ versions: 3, commits: 1, known: 0, refused: 6 }),
  );
  expect(readFileSync(join(data, 'before-kontor/metadata.json'), 'utf8')).toBe(left);
  const kept = join(data, 'tarballs/.before-kontor');
  for (const file of [
    'packages/pantry/demo/1.9.0/demo-1.9.0.tgz',
    'packages/pantry/wrong/1.0.0/wrong-1.0.0.tgz',
    `commits/${sha}/demo/demo.tgz`,
    `commits/${sha}/old/old.tgz`,
  ]) {
    expect(existsSync(join(kept, file))).toBe(true);
  }
});

test('[P-62] the next start takes nothing twice, also if the first one had not come to its end', async () => {
  await first.stop();
  const written = () =>
    JSON.parse(readFileSync(join(data, 'metadata.json'), 'utf8')) as Record<string, unknown>;
  const { packages, commits } = written();
  expect(packages).toMatchObject({ demo: { versions: { '1.9.0': {}, '1.10.0': {} } }, '@acme/tool': {} });

  first = await start();
  expect(first.log.filter(({ msg }) => msg.includes('metadata.json'))).toEqual([]);
  await first.stop();

  // As it was before anything had been moved.
  cpSync(join(data, 'tarballs/.before-kontor'), join(data, 'tarballs'), { recursive: true });
  writeFileSync(join(data, 'metadata.json'), left);
  first = await start();
  expect(first.log).toContainEqual(
    expect.objectContaining({ versions: 0, commits: 0, known: 4, refused: 6 }),
  );
  await first.stop();
  expect(written()).toMatchObject({ packages: packages as object, commits: commits as object });
  expect(existsSync(join(data, 'before-kontor/metadata.json.2'))).toBe(true);
  expect(existsSync(join(data, 'tarballs/.before-kontor.2/packages'))).toBe(true);
});

test('[P-62] a package that is somebody else’s here takes no version from the file', async () => {
  first = await start();
  const token = await register(first, 'anna');
  expect(await publish(first, token, 'hers', '1.0.0')).toMatchObject({ status: 201 });
  await first.stop();
  const record = { name: 'hers', versions: { '2.0.0': await leaveVersion('hers', '2.0.0', yesterday) } };
  writeFileSync(join(data, 'metadata.json'), JSON.stringify({ version: 1, packages: { hers: record } }));
  first = await start();
  const document = (await (await fetch(`${first.url}/npm/hers`)).json()) as Record<string, object>;
  expect(document['dist-tags']).toEqual({ latest: '1.0.0' });
  expect(Object.keys(document['versions'] ?? {})).toEqual(['1.0.0']);
  expect(first.log.filter(({ msg }) => /^not taken in .*hers@2\.0\.0: ./.test(msg))).toHaveLength(1);
});

test('[P-62] a file that is too large to be read is told so, and kept', async () => {
  await first.stop();
  writeFileSync(join(data, 'metadata.json'), '');
  truncateSync(join(data, 'metadata.json'), 300 * 1024 * 1024);
  first = await start();
  expect(first.log.map(({ msg }) => msg)).toContainEqual(
    expect.stringContaining('it has 314572800 bytes, and at most 268435456 are read'),
  );
});
