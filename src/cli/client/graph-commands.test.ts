import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg, type LineOptions } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';

const HOST = 'packages.example';

let home: string;
let cwd: string;

const MANIFEST = `[package]
name = "demo"
version = "1.0.0"
registry = "https://${HOST}"

[dependencies]
http-client = { version = "~2.1.0" }
json-parser = "^1.0.0"
local-lib = { path = "../local-lib" }

[dev-dependencies]
test-framework = ">=0.5.0"
`;

const locked = (name: string, version: string, dependencies: string[] = [], source = 'registry') =>
  `[packages.${name}]\nversion = "${version}"\nchecksum = "${source === 'registry' ? 'ab'.repeat(32) : ''}"\n` +
  `source = "${source}"\ndependencies = ${JSON.stringify(dependencies)}\n`;

const LOCK = [
  'version = 1\n',
  locked('bytes', '0.3.0'),
  locked('http-client', '2.1.0', ['bytes', 'json-parser']),
  locked('json-parser', '1.2.0', ['bytes']),
  locked('local-lib', '0.1.0', ['json-parser'], 'path+../local-lib'),
  locked('test-framework', '0.6.0', ['json-parser']),
].join('\n');

const published = (version: string, dependencies: Record<string, string> = {}, yanked = false) => ({
  version,
  checksum: 'ab'.repeat(32),
  ...(yanked && { yanked }),
  dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, req]) => [name, { req }])),
});

const INDEX = [
  { name: 'bytes', versions: [published('0.3.1'), published('0.3.0')] },
  {
    name: 'http-client',
    versions: ['2.2.0', '2.1.3', '2.1.0'].map((one) =>
      published(one, { 'json-parser': '^1.1', bytes: '0.3' }),
    ),
  },
  {
    name: 'json-parser',
    versions: [published('2.0.0'), published('1.2.0', { bytes: '^0.3.0' }), published('3.0.0-rc.1')],
  },
  { name: 'test-framework', versions: [published('0.6.0', { 'json-parser': '*' })] },
];

beforeEach(() => {
  const folder = temporaryFolder('graph');
  [home, cwd] = [join(folder, '.vais'), join(folder, 'demo')];
  mkdirSync(join(cwd, 'src'), { recursive: true });
  mkdirSync(join(folder, 'local-lib'));
  mkdirSync(join(home, 'registry/index'), { recursive: true });
  writeFileSync(join(cwd, 'vais.toml'), MANIFEST);
  writeFileSync(join(cwd, 'vais.lock'), LOCK);
  writeFileSync(
    join(folder, 'local-lib/vais.toml'),
    '[package]\nname = "local-lib"\nversion = "0.1.0"\n\n[dependencies]\njson-parser = "*"\n',
  );
  writeFileSync(join(home, 'registry/index', HOST), JSON.stringify(INDEX));
});

const vaisc = (line: string, more: Partial<LineOptions> = {}) => vaiscPkg(line, { cwd, home, ...more });

describe('list', () => {
  test('shows what the manifest names, with the version that is locked', async () => {
    expect(await vaisc('list')).toMatchObject({
      code: 0,
      out: [
        'PACKAGE         REQUIREMENT        LOCKED',
        'http-client     ~2.1.0             2.1.0',
        'json-parser     ^1.0.0             1.2.0',
        'local-lib       path ../local-lib  0.1.0   ../local-lib',
        'test-framework  >=0.5.0            0.6.0   dev',
        '',
      ].join('\n'),
    });
  });

  test('shows with --all what those need, and with --json all that is known', async () => {
    expect((await vaisc('list --all')).out).toMatch(/^bytes +0\.3\.0 +transitive$/m);
    const { packages, ...rest } = JSON.parse((await vaisc('list --json')).out);
    expect(rest).toEqual({ name: 'demo', version: '1.0.0', manifest: join(cwd, 'vais.toml') });
    expect(packages).toContainEqual({
      name: 'test-framework',
      requirement: '>=0.5.0',
      version: '0.6.0',
      source: 'registry',
      kind: 'dev',
      yanked: false,
    });
  });

  test('says what is not locked yet', async () => {
    writeFileSync(join(cwd, 'vais.toml'), MANIFEST.replace('json-parser', 'new-one'));
    const { out, err } = await vaisc('list');
    expect(out).toMatch(/^new-one +\^1\.0\.0 +not locked$/m);
    expect(err).toContain('vaisc pkg install');
    expect((await vaisc('list --json')).err).toBe('');
  });

  test('tells what is locked and needed by nobody from what another package needs', async () => {
    writeFileSync(join(cwd, 'vais.lock'), `${LOCK}\n${locked('left-over', '1.0.0')}`);
    const { out } = await vaisc('list --all');
    expect(out).toMatch(/^left-over +1\.0\.0 +unneeded$/m);
    expect(out).toMatch(/^bytes +0\.3\.0 +transitive$/m);
  });

  test('says that a project needs nothing', async () => {
    writeFileSync(join(cwd, 'vais.toml'), MANIFEST.slice(0, MANIFEST.indexOf('[dependencies]')));
    expect((await vaisc('list')).out).toBe('demo has no dependencies.\n');
  });
});

describe('tree', () => {
  test('shows what each package needs below it, once, and development apart', async () => {
    expect(await vaisc('tree')).toMatchObject({
      code: 0,
      out: [
        'demo 1.0.0',
        '├── http-client 2.1.0',
        '│   ├── bytes 0.3.0',
        '│   └── json-parser 1.2.0',
        '│       └── bytes 0.3.0 (*)',
        '├── json-parser 1.2.0 (*)',
        '└── local-lib 0.1.0',
        '    └── json-parser 1.2.0 (*)',
        '[dev-dependencies]',
        '└── test-framework 0.6.0',
        '    └── json-parser 1.2.0 (*)',
        '',
      ].join('\n'),
    });
  });

  test('goes as deep as it is asked to, from the package that it is asked for', async () => {
    expect((await vaisc('tree --depth 1')).out.split('\n')).toHaveLength(7);
    expect((await vaisc('tree json-parser')).out).toBe('json-parser 1.2.0\n└── bytes 0.3.0\n');
    expect(await vaisc('tree --depth none')).toMatchObject({ code: 2 });
    expect(await vaisc('tree jsn-parser')).toMatchObject({
      code: 1,
      err: 'error: demo has no package jsn-parser; did you mean json-parser?\n',
    });
  });

  test('is a graph for scripts', async () => {
    const { root, packages } = JSON.parse((await vaisc('tree --json')).out);
    expect(root).toEqual({
      name: 'demo',
      version: '1.0.0',
      dependencies: ['http-client', 'json-parser', 'local-lib'],
      dev_dependencies: ['test-framework'],
    });
    expect(packages).toContainEqual({
      name: 'local-lib',
      version: '0.1.0',
      source: 'path+../local-lib',
      dependencies: ['json-parser'],
      yanked: false,
    });
  });

  test('needs a lock file', async () => {
    const { code, err } = await vaisc('tree', { cwd: join(cwd, '../local-lib') });
    expect(code).toBe(1);
    expect(err).toMatch(/^error: There is no .*vais\.lock\. "vaisc pkg install" makes it\.\n$/);
  });
});

describe('why', () => {
  test('shows the ways to a package, shortest first, with what was wanted on each', async () => {
    expect(await vaisc('why bytes')).toMatchObject({
      code: 0,
      out: [
        'bytes 0.3.0',
        '  demo → http-client 2.1.0 (~2.1.0) → bytes 0.3.0 (0.3)',
        '  demo → json-parser 1.2.0 (^1.0.0) → bytes 0.3.0 (^0.3.0)',
        '',
      ].join('\n'),
    });
    expect((await vaisc('why json-parser')).out.split('\n').slice(1)).toEqual([
      '  demo → json-parser 1.2.0 (^1.0.0)',
      '  demo → http-client 2.1.0 (~2.1.0) → json-parser 1.2.0 (^1.1)',
      '  demo → local-lib 0.1.0 (path ../local-lib) → json-parser 1.2.0 (*)',
      '  demo → test-framework 0.6.0 (dev, >=0.5.0) → json-parser 1.2.0 (*)',
      '',
    ]);
  });

  test('works without the index, which alone knows what published packages want', async () => {
    const other = join(home, '../other');
    expect((await vaisc('why bytes', { home: other })).out).toContain(
      'http-client 2.1.0 (~2.1.0) → bytes 0.3.0\n',
    );
  });

  test('says who is not needed', async () => {
    const { code, err } = await vaisc('why htp-client');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'error: demo does not need htp-client; did you mean http-client?\n',
    });
    expect(JSON.parse((await vaisc('why bytes --json')).out).paths[0]).toEqual([
      { name: 'http-client', version: '2.1.0', requirement: '~2.1.0', kind: 'normal' },
      { name: 'bytes', version: '0.3.0', requirement: '0.3', kind: 'normal' },
    ]);
  });
});

const yankBytes = (version = published('0.3.0', {}, true)) =>
  writeFileSync(
    join(home, 'registry/index', HOST),
    JSON.stringify(
      INDEX.map((entry) => (entry.name === 'bytes' ? { ...entry, versions: [version] } : entry)),
    ),
  );
const listed = async (more?: Partial<LineOptions>) => {
  const { packages } = JSON.parse((await vaisc('list --all --json', more)).out);
  return (packages as { name: string; yanked: boolean | null }[]).find(({ name }) => name === 'bytes')
    ?.yanked;
};

describe('a version that was yanked', () => {
  test('is marked where the copy of the index knows of it', async () => {
    yankBytes();
    expect((await vaisc('list --all')).out).toMatch(/^bytes +0\.3\.0 +yanked, transitive$/m);
    expect((await vaisc('tree json-parser')).out).toBe('json-parser 1.2.0\n└── bytes 0.3.0 (yanked)\n');
    expect((await vaisc('tree bytes')).out).toBe('bytes 0.3.0 (yanked)\n');
    expect(JSON.parse((await vaisc('tree --json')).out).packages[0]).toMatchObject({
      name: 'bytes',
      yanked: true,
    });
    expect(await listed()).toBe(true);
  });

  test('is not known without a copy, and other bytes are another version', async () => {
    expect(await listed({ home: join(home, '../other') })).toBeNull();
    yankBytes({ ...published('0.3.0', {}, true), checksum: 'cd'.repeat(32) });
    expect(await listed()).toBe(false);
  });
});

/** What is said when the index has no more than these versions of http-client. */
const outdatedWith = async (versions: ReturnType<typeof published>[]) => {
  const index = INDEX.map((entry) => (entry.name === 'http-client' ? { name: entry.name, versions } : entry));
  writeFileSync(join(home, 'registry/index', HOST), JSON.stringify(index));
  return vaisc('outdated --offline');
};

describe('outdated', () => {
  test('shows what an update would take and what is latest, and ends with 1', async () => {
    const { code, out, err } = await vaisc('outdated --offline');
    expect(out).toBe(
      [
        'PACKAGE      CURRENT  WANTED  LATEST',
        'http-client  2.1.0    2.1.3   2.2.0',
        'json-parser  1.2.0    1.2.0   2.0.0',
        '',
      ].join('\n'),
    );
    expect(err).toBe('1 more that the manifest does not name (--all)\n');
    expect(code).toBe(1);
    expect((await vaisc('outdated --offline --all')).out).toMatch(
      /^bytes +0\.3\.0 +0\.3\.1 +0\.3\.1 +transitive$/m,
    );
  });

  test('ends with 0 if nothing could be newer', async () => {
    writeFileSync(join(home, 'registry/index', HOST), JSON.stringify([]));
    writeFileSync(
      join(cwd, 'vais.toml'),
      `[package]\nname = "demo"\nversion = "1.0.0"\nregistry = "https://${HOST}"\n`,
    );
    writeFileSync(join(cwd, 'vais.lock'), 'version = 1\n\n[packages]\n');
    expect(await vaisc('outdated --offline')).toMatchObject({ code: 0, out: '✓ Everything is up to date\n' });
    expect(JSON.parse((await vaisc('outdated --offline --json')).out)).toEqual({
      packages: [],
      hidden: 0,
      conflict: null,
    });
  });

  test('says that not all is well where only what the manifest does not name could be newer', async () => {
    const current = INDEX.map(({ name, versions }) => {
      const latest = name === 'http-client' ? '2.1.0' : '1.2.0';
      return name === 'bytes' || name === 'test-framework'
        ? { name, versions }
        : { name, versions: versions.filter(({ version }) => version === latest) };
    });
    writeFileSync(join(home, 'registry/index', HOST), JSON.stringify(current));
    expect(await vaisc('outdated --offline')).toEqual({
      code: 1,
      out: 'Not up to date: 1 that the manifest does not name (--all shows what)\n',
      err: '',
    });
    const { code, out } = await vaisc('outdated --offline --json');
    expect([code, JSON.parse(out)]).toEqual([1, { packages: [], hidden: 1, conflict: null }]);
  });

  test('says that not all is well where an update would fail', async () => {
    writeFileSync(
      join(cwd, 'vais.toml'),
      `[package]\nname = "demo"\nversion = "1.0.0"\nregistry = "https://${HOST}"\n[dependencies]\nnope = "^1"\n`,
    );
    writeFileSync(join(cwd, 'vais.lock'), 'version = 1\n\n[packages]\n');
    expect(await vaisc('outdated --offline')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^warning: an update would fail, so .*nope/s) as string,
    });
    const { code, out } = await vaisc('outdated --offline --json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { packages: [], hidden: 0, conflict: expect.stringContaining('nope') as string },
    ]);
  });

  test('[V-63] marks what was yanked, which an update leaves where nothing else will do', async () => {
    const { code, out, err } = await outdatedWith([published('2.1.0', {}, true), published('2.2.0')]);
    expect(out).toMatch(/^http-client +2\.1\.0 +2\.1\.0 +2\.2\.0 +yanked$/m);
    expect([code, err]).toEqual([1, expect.not.stringContaining('would fail')]);
  });

  test('says why an update would fail, and shows the rest', async () => {
    const { code, out, err } = await outdatedWith([published('2.1.2', {}, true), published('2.2.0')]);
    expect(out).toMatch(/^http-client +2\.1\.0 +- +2\.2\.0 *$/m);
    expect(err).toContain('http-client 2.1.2 would match ~2.1.0, but is yanked');
    expect(code).toBe(1);
  });

  test('has the same in JSON', async () => {
    const { packages } = JSON.parse((await vaisc('outdated --offline --json')).out);
    expect(packages[0]).toEqual({
      name: 'http-client',
      current: '2.1.0',
      wanted: '2.1.3',
      latest: '2.2.0',
      kind: 'normal',
      yanked: false,
    });
  });
});
