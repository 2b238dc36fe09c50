import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg } from '../setup/client-line.ts';
import { makeArchive } from '../setup/hostile.ts';
import { temporaryFolder, track } from '../setup/resources.ts';
import { scriptedRegistry, type Twist } from '../setup/scripted-registry.ts';
import { launcher } from '../setup/server.ts';
import { vaisManifest } from '../setup/vais-packages.ts';

let home: string;
let cwd: string;
beforeEach(() => {
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), temporaryFolder('project')];
});

const isArchive = (path: string) => path.endsWith('.tar.gz');

/** Seconds. What does not hang has more, for the machine may be busy; pauses between attempts are as long at the most. */
const HANGS = '0.4';

/** Installs demo 1.0.0 from a registry that does to archives what `twist` does. */
async function installed(twist: Twist, patience = '1') {
  const registry = await scriptedRegistry([{ name: 'demo' }], (request, response, honest) =>
    isArchive(request.path) ? twist(request, response, honest) : honest(),
  );
  const settings = { KONTOR_REGISTRY_URL: registry.url, KONTOR_CLIENT_TIMEOUT: patience };
  return { registry, ...(await vaiscPkg('install demo', { cwd, home, env: settings })) };
}

/** What of packages is in the cache, and whether there is a lock file. */
function left(): string[] {
  const cache = join(home, 'registry/cache');
  const found = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }) : [];
  return [
    ...found.filter((name) => !name.startsWith('.tmp')),
    ...(existsSync(join(cwd, 'vais.lock')) ? ['lock'] : []),
  ];
}

describe('[V-50] nothing is stored, and the exit code is 1, if the registry', () => {
  test('sends other bytes than its index says', async () => {
    const { code, err, registry } = await installed((_, response) => response.end(gzipSync('evil')));
    expect(err).toMatch(
      new RegExp(
        `^error: checksum mismatch for demo@1\\.0\\.0: expected ${registry.checksum('demo')}, got [0-9a-f]{64}\n` +
          `error: The index of ${registry.url} says the first, its archive is the second: .*\n$`,
      ),
    );
    expect([code, left(), readdirSync(join(home, 'registry/cache/.tmp'))]).toEqual([1, [], []]);
  });

  test('changes one byte on the way', async () => {
    const registry = await scriptedRegistry([{ name: 'demo' }]);
    const honest = await (await fetch(`${registry.url}/packages/demo/1.0.0.tar.gz`)).bytes();
    honest[40] = (honest[40] ?? 0) ^ 1;
    const { code, err } = await installed((_, response) => response.end(honest));
    expect([code, left()]).toEqual([1, []]);
    expect(err).toMatch(/checksum mismatch for demo@1\.0\.0/);
  });

  test.each<[string, Twist, RegExp]>([
    ['hangs', () => undefined, /no answer within 0\.4 s/],
    [
      'hangs in the middle',
      (_, response) => void response.writeHead(200).write('begin'),
      /nothing came or went for 0\.4 s/,
    ],
    ['cuts the connection', (_, response) => response.destroy(), /the connection was cut/],
    [
      'cuts it after a part, always the same',
      (_, response) =>
        void response.writeHead(200, { 'content-length': 500 }).write('begin', () => response.destroy()),
      /was cut/,
    ],
    [
      'ends too early',
      (_, response) => void response.write('begin', () => response.end()),
      /ended after 5 of \d+ bytes/,
    ],
    [
      'sends without an end',
      (_, response) => response.writeHead(200, { 'content-length': 2 ** 40 }).write('begin'),
      /sends more than \d+ bytes, which no package has/,
    ],
    [
      'has lost it',
      (_, response) => response.writeHead(404).end('{"error":"Version not found: demo@1.0.0"}'),
      /answered 404: Version not found: demo@1\.0\.0/,
    ],
    [
      'is broken',
      (_, response) => response.writeHead(500).end('{"error":"Internal error"}'),
      /answered 500: Internal error/,
    ],
    [
      'speaks something else',
      (_, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n'),
      /does not speak HTTP|was cut/,
    ],
    [
      'leads in a ring',
      ({ path }, response) => response.writeHead(302, { location: path }).end(),
      /redirected more than 5 times/,
    ],
  ])(
    '%s',
    async (what, twist, sentence) => {
      const { code, err } = await installed(twist, what.startsWith('hangs') ? HANGS : undefined);
      expect(err).toMatch(sentence);
      expect(err).toMatch(/\/packages\/demo\/1\.0\.0\.tar\.gz/);
      expect([code, left()]).toEqual([1, []]);
    },
    30_000,
  );
});

test.each<[string, string]>([
  ['garbage', '<html>hello</html>'],
  ['a cut index', '[{"name":"demo","versions":[{"version":"1.0'],
  ['an object', '{"packages":[]}'],
])('an index that is %s is told, and not kept', async (_what, body) => {
  const registry = await scriptedRegistry([], (_, response) => response.end(body));
  const env = { KONTOR_REGISTRY_URL: registry.url };
  expect(await vaiscPkg('install demo', { cwd, home, env })).toEqual({
    code: 1,
    out: '',
    err: `error: ${registry.url}/index.json is no index of packages; check the address of the registry.\n`,
  });
  expect(existsSync(join(home, 'registry/index'))).toBe(false);
});

test('an archive that leaves its folder, with the digest that the index says, is not unpacked', async () => {
  const evil = await makeArchive([{ name: 'vais.toml' }, { name: '../../../../evil', content: 'x' }]);
  const registry = await scriptedRegistry([{ name: 'demo' }], ({ path }, response, honest) =>
    isArchive(path) ? response.end(evil) : honest(),
  );
  const checksum = createHash('sha256').update(evil).digest('hex');
  registry.lie('demo', '1.0.0', { checksum, size: evil.length });
  const env = { KONTOR_REGISTRY_URL: registry.url };
  const { code, err } = await vaiscPkg('install demo', { cwd, home, env });
  expect(err).toMatch(/^error: demo@1\.0\.0 cannot be unpacked\. The entry "\.\.\/.*" leaves the archive/);
  expect([code, left()]).toEqual([1, []]);
  expect(existsSync(join(home, 'evil')) || existsSync(join(home, '../evil'))).toBe(false);
});

test('an archive elsewhere is fetched without the token', async () => {
  const elsewhere = await scriptedRegistry([{ name: 'demo' }]);
  const registry = await scriptedRegistry([{ name: 'demo' }]);
  registry.lie('demo', '1.0.0', { download_url: `${elsewhere.url}/packages/demo/1.0.0.tar.gz` });
  const env = { KONTOR_REGISTRY_URL: registry.url, KONTOR_TOKEN: 'vais_secret' };
  expect(await vaiscPkg('install demo', { cwd, home, env })).toMatchObject({ code: 0 });
  expect(registry.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/index.json', 'Bearer vais_secret'],
  ]);
  expect(elsewhere.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test('one package that cannot be had leaves the lock file as it was, and those that came are there', async () => {
  let broken = true;
  const registry = await scriptedRegistry(
    [{ name: 'good' }, { name: 'bad' }],
    ({ path }, response, honest) =>
      broken && path.includes('/bad/') ? response.writeHead(404).end() : honest(),
  );
  const env = { KONTOR_REGISTRY_URL: registry.url };
  expect(await vaiscPkg('install good', { cwd, home, env })).toMatchObject({ code: 0 });
  const before = readFileSync(join(cwd, 'vais.lock'), 'utf8');
  expect(await vaiscPkg('install good bad', { cwd, home, env })).toMatchObject({ code: 1 });
  expect(readFileSync(join(cwd, 'vais.lock'), 'utf8')).toBe(before);
  broken = false;
  expect(await vaiscPkg('install good bad', { cwd, home, env })).toMatchObject({ code: 0 });
});

const vaisc = (url: string) =>
  track(
    spawn(join(launcher, '../vaisc'), ['pkg', 'install', 'demo'], {
      cwd,
      env: { PATH: process.env['PATH'], VAIS_HOME: home, KONTOR_REGISTRY_URL: url },
      stdio: 'ignore',
    }),
  );

const parts = () => readdirSync(join(home, 'registry/cache/.tmp'));
const sizeOfPart = (name: string) => statSync(join(home, 'registry/cache/.tmp', name)).size;

describe('a process that ends before it is done', () => {
  test('by Ctrl-C exits with 130 and leaves nothing half; by SIGKILL, the next one goes on where it stopped', async () => {
    const body = await makeArchive([
      { name: 'vais.toml', content: vaisManifest() },
      { name: 'src/lib.vais', content: Buffer.alloc(20_000, 'x') },
    ]);
    let slow = true;
    const registry = await scriptedRegistry([{ name: 'demo' }], ({ path, headers }, response, honest) => {
      if (!isArchive(path)) return honest();
      const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
      const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': body.length - from,
        ...(from > 0 && range),
      });
      if (!slow) return response.end(body.subarray(from));
      return response.write(body.subarray(from, from + 60));
    });
    registry.lie('demo', '1.0.0', {
      checksum: createHash('sha256').update(body).digest('hex'),
      size: body.length,
    });
    const sizes = () => (existsSync(join(home, 'registry/cache/.tmp')) ? parts() : []).map(sizeOfPart);
    for (const [signal, size] of [
      ['SIGINT', 60],
      ['SIGKILL', 120],
    ] as const) {
      const child = vaisc(registry.url);
      await expect.poll(sizes, { timeout: 60_000 }).toEqual([size]);
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(signal === 'SIGINT' ? 130 : null);
      expect(left()).toEqual([]);
      expect(sizes()).toEqual([size]);
    }
    slow = false;
    const last = vaisc(registry.url);
    expect((await once(last, 'exit'))[0]).toBe(0);
    expect(registry.seen.at(-1)?.headers.range).toBe('bytes=120-');
    expect(parts()).toEqual([]);
    expect(left()).toContain('lock');
  });

  test('and two at once do not trip over each other', async () => {
    const names = Array.from({ length: 12 }, (_, index) => ({ name: `p${index}` }));
    const registry = await scriptedRegistry([
      ...names,
      { name: 'demo', dependencies: Object.fromEntries(names.map(({ name }) => [name, '*'])) },
    ]);
    writeFileSync(
      join(cwd, 'vais.toml'),
      '[package]\nname = "app"\nversion = "1.0.0"\n\n[dependencies]\ndemo = "*"\n',
    );
    const children = [vaisc(registry.url), vaisc(registry.url), vaisc(registry.url)];
    expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))).toEqual([
      0, 0, 0,
    ]);
    const env = { KONTOR_REGISTRY_URL: registry.url };
    expect(await vaiscPkg('verify', { cwd, home, env })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/✓ 13 package\(s\) are whole/),
    });
    expect(readdirSync(join(home, 'registry/cache/.tmp'))).toEqual([]);
  });
});
