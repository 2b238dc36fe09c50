import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { scriptedRegistry, type ScriptedRegistry } from '../../../test/setup/scripted-registry.ts';

let home: string;
let cwd: string;
let registry: ScriptedRegistry;

beforeEach(async () => {
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), temporaryFolder('project')];
  registry = await scriptedRegistry([
    { name: 'json', version: '1.0.0' },
    { name: 'json', version: '1.2.0', dependencies: { text: '^1' } },
    { name: 'json', version: '2.0.0' },
    { name: 'text', version: '1.0.0', dependencies: { chars: '*' } },
    { name: 'chars', version: '0.1.0' },
  ]);
});

/** The line as a person types it, with the registry said by the environment. */
const pkg = (line: string, env: Record<string, string> = {}) =>
  vaiscPkg(line, { cwd, home, env: { KONTOR_REGISTRY_URL: registry.url, ...env } });

const lock = (folder = cwd) => readFileSync(join(folder, 'vais.lock'), 'utf8');
const cached = (path: string) => join(home, 'registry/cache', path);

function manifest(dependencies: string, folder = cwd, name = 'app'): void {
  mkdirSync(folder, { recursive: true });
  const text = `[package]\nname = "${name}"\nversion = "1.0.0"\n\n[dependencies]\n${dependencies}\n`;
  writeFileSync(join(folder, 'vais.toml'), text);
}

/** `json 1.2.0`, … of the lock file. */
function locked(folder = cwd): string[] {
  const tables = lock(folder).matchAll(/\[packages\.(\S+)\]\nversion = "(\S+)"/g);
  return [...tables].map(([, name, version]) => `${name} ${version}`);
}

describe('install NAME', () => {
  test('[V-22] [V-23] [V-27] brings the highest version that is asked for, and what it needs', async () => {
    const { code, out, err } = await pkg('install json@^1.0.0');
    expect(err).toBe('');
    expect(out).toBe(
      'Installing chars 0.1.0...\nInstalling json 1.2.0...\nInstalling text 1.0.0...\n✓ Installed 3 package(s)\n',
    );
    expect(code).toBe(0);
    expect(lock()).toBe(`version = 1

[packages.chars]
version = "0.1.0"
checksum = "${registry.checksum('chars', '0.1.0')}"
source = "registry"
dependencies = []

[packages.json]
version = "1.2.0"
checksum = "${registry.checksum('json', '1.2.0')}"
source = "registry"
dependencies = ["text"]

[packages.text]
version = "1.0.0"
checksum = "${registry.checksum('text')}"
source = "registry"
dependencies = ["chars"]
`);
    expect(existsSync(cached('json/1.2.0/extracted/vais.toml'))).toBe(true);
    expect(existsSync(cached('json/1.2.0.tar.gz'))).toBe(true);
  });

  test('[V-28] [V-29] [S-18] a second time asks nothing, and the lock is the same byte for byte', async () => {
    await pkg('install json');
    const [before, asked] = [lock(), registry.seen.length];
    expect(await pkg('install json')).toMatchObject({ code: 0 });
    expect([lock(), registry.seen.length]).toEqual([before, asked]);
    rmSync(join(home, 'registry'), { recursive: true });
    await registry.add({ name: 'json', version: '2.1.0' });
    expect(await pkg('install json')).toMatchObject({ code: 0 });
    expect(lock()).toBe(before);
  });

  test('[V-55] finds what was published since, and --no-offline asks though all is there', async () => {
    await pkg('install chars');
    await registry.add({ name: 'fresh' });
    expect(await pkg('install --no-offline fresh')).toMatchObject({ code: 0 });
    const asked = registry.seen.length;
    await pkg('install fresh');
    expect(registry.seen.length).toBe(asked);
    await pkg('install --no-offline fresh');
    expect(registry.lines().slice(asked)).toEqual(['GET /index.json']);
  });

  test('says which names and words make no sense', async () => {
    expect(await pkg('install jsom')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^error: There is no package jsom, which this command wants\.\nerror: .*did you mean json\?/,
      ),
    });
    expect(await pkg('install json@9')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/No version of json/),
    });
    expect(await pkg('install json@1||2')).toMatchObject({ code: 1, err: expect.stringMatching(/1\|\|2/) });
    expect(await pkg('install ../json')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/names no package/),
    });
    expect(await pkg('install json@')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/"json@" has nothing behind its @: write json for any version/),
    });
    expect(await pkg('install --offline --no-offline json')).toMatchObject({ code: 2 });
    expect(existsSync(join(cwd, 'vais.lock'))).toBe(false);
  });

  test('[V-23] of the very package whose folder this is brings the one of the registry', async () => {
    manifest('text = "*"', cwd, 'json');
    expect(await pkg('install json@^1.0.0')).toMatchObject({ code: 0, err: '' });
    expect(locked()).toEqual(['chars 0.1.0', 'json 1.2.0', 'text 1.0.0']);
  });

  test('in the folder of a project leaves in the lock what the project needs', async () => {
    manifest('text = "*"');
    expect(await pkg('install json@=1.0.0')).toMatchObject({
      code: 0,
      err: 'vais.toml does not name json: "vaisc pkg add json" keeps it here.\n',
    });
    expect(locked()).toEqual(['chars 0.1.0', 'json 1.0.0', 'text 1.0.0']);
  });

  test('that the project does not name is in a lock that verify says the next install changes', async () => {
    manifest('text = "*"');
    await pkg('install json@=1.0.0');
    expect(await pkg('verify')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^✗ vais\.lock does not fit vais\.toml/),
    });
    await pkg('install');
    expect(await pkg('verify')).toMatchObject({ code: 0 });
  });

  test('tells what the project wants from what the line wants', async () => {
    manifest('json = "^2.0.0"');
    expect((await pkg('install json@9')).err).toContain('matches 9, which this command wants.');
    const both = await pkg('install json@^1.0.0');
    expect(both.err).toContain('everything that app, this command and their packages want:');
    expect(both.err).toMatch(
      /app wants json \^2\.0\.0 .*this command wants json \^1\.0\.0|this command wants json \^1\.0\.0 .*app wants json \^2/,
    );
    expect(both.err).toContain('what app and this command want cannot be had together');
    manifest('json = "^7.0.0"');
    expect((await pkg('install text')).err).toContain('matches ^7.0.0, which app wants.');
  });

  test('below the folder of a project goes into its lock, and into no other', async () => {
    manifest('text = "*"');
    const below = join(cwd, 'src', 'deep');
    mkdirSync(below, { recursive: true });
    const line = { cwd: below, home, env: { KONTOR_REGISTRY_URL: registry.url } };
    expect(await vaiscPkg('install json@=1.0.0', line)).toMatchObject({
      code: 0,
      err: expect.stringMatching(/vais\.toml does not name json/),
    });
    expect(existsSync(join(below, 'vais.lock'))).toBe(false);
    expect(locked()).toEqual(['chars 0.1.0', 'json 1.0.0', 'text 1.0.0']);
  });
});

describe('install', () => {
  test('[V-25] [V-41] brings what the manifest says as text, as table and as folder', async () => {
    manifest('chars = "0.1.0"', join(cwd, 'lib'), 'local-lib');
    const app = join(cwd, 'app');
    manifest('json = "~1.2.0"\ntext = { version = "1.*" }\nlocal-lib = { path = "../lib" }', app);
    mkdirSync(join(app, 'src'));
    const { code, out } = await vaiscPkg('install', {
      cwd: join(app, 'src'),
      home,
      env: { KONTOR_REGISTRY_URL: registry.url },
    });
    expect([code, out.split('\n').at(-2)]).toEqual([0, '✓ Installed 3 package(s)']);
    expect(locked(app)).toEqual(['chars 0.1.0', 'json 1.2.0', 'local-lib 1.0.0', 'text 1.0.0']);
    expect(lock(app)).toContain('source = "path+../lib"');
    const asked = registry.seen.length;
    cwd = app;
    expect(await pkg('install')).toMatchObject({ code: 0 });
    expect(registry.seen.length).toBe(asked);
    manifest('json = "1.0.0"', join(cwd, '../lib'), 'local-lib');
    expect(await pkg('install')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/No versions can be found/),
    });
  });

  test('[V-24] asks the registry that the manifest names', async () => {
    manifest('json = "*"');
    const file = join(cwd, 'vais.toml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}[registry]\nurl = "${registry.url}/"\n`);
    expect(await vaiscPkg('install', { cwd, home })).toMatchObject({ code: 0 });
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('json = "*"', 'json = { registry = "http://other" }'),
    );
    expect(await pkg('install --update')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/json is wanted of the registry http:\/\/other/),
    });
  });

  test('without anything to install needs no registry, and without a manifest says so', async () => {
    manifest('');
    expect(await vaiscPkg('install', { cwd, home })).toEqual({
      code: 0,
      out: 'No packages to install\n',
      err: '',
    });
    expect(await vaiscPkg('install', { cwd: temporaryFolder('nothing'), home })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no vais\.toml/),
    });
  });

  test('says what goes from the lock', async () => {
    manifest('text = "*"');
    await pkg('install');
    manifest('');
    expect(await pkg('install')).toEqual({
      code: 0,
      out: `${['chars 0.1.0', 'text 1.0.0'].map((one) => `${one} goes from vais.lock: nothing that is wanted here needs it\n`).join('')}No packages to install\n`,
      err: '',
    });
    expect(locked()).toEqual([]);
    expect(await pkg('install')).toMatchObject({ out: 'No packages to install\n' });
  });

  test('--locked fails where the lock would change, and before anything is fetched', async () => {
    manifest('json = "1.0.0"');
    expect(await pkg('install --locked')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/json 1\.0\.0 is new/),
    });
    await pkg('install');
    expect(await pkg('install --locked')).toMatchObject({ code: 0 });
    manifest('json = "2.0.0"');
    const before = lock();
    expect(await pkg('install --locked')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/json 1\.0\.0 becomes 2\.0\.0/),
    });
    expect([lock(), existsSync(cached('json/2.0.0.tar.gz'))]).toEqual([before, false]);
  });

  test('[V-63] a yanked version stays where it is locked, and is not chosen', async () => {
    manifest('json = "^1"');
    await pkg('install');
    registry.yank('json', '1.2.0');
    rmSync(join(home, 'registry'), { recursive: true });
    await pkg('install --no-offline');
    expect(locked()).toContain('json 1.2.0');
    await pkg('install --update');
    expect(locked()).toEqual(['json 1.0.0']);
    registry.yank('json', '1.0.0');
    expect(await pkg('update')).toMatchObject({
      code: 0,
      err: expect.stringContaining('json 1.0.0 is yanked, and stays: nothing else will do.'),
    });
    expect(locked()).toEqual(['json 1.0.0']);
    expect(await pkg('outdated')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^json .*yanked$/m),
      err: '',
    });
  });
});

describe('[V-30] --offline', () => {
  beforeEach(async () => {
    manifest('json = "^1"');
  });

  test('works from the cache without any request', async () => {
    await pkg('install');
    await registry.stop();
    rmSync(join(cwd, 'vais.lock'));
    expect(await pkg('install --offline')).toMatchObject({ code: 0, err: '' });
    expect(locked()).toContain('json 1.2.0');
  });

  test('says in the original’s words what is missing', async () => {
    expect(await pkg('install --offline')).toMatchObject({
      code: 1,
      err: 'error: No cached index available. Run without --offline first.\n',
    });
    await pkg('install');
    rmSync(cached('json'), { recursive: true });
    const asked = registry.seen.length;
    expect(await pkg('install --offline')).toMatchObject({
      code: 1,
      err: 'error: Package json 1.2.0 not in cache. Run without --offline to download.\n',
    });
    expect(registry.seen.length).toBe(asked);
  });
});

describe('update', () => {
  beforeEach(async () => {
    manifest('json = "^1"\ntext = "^1"');
    await pkg('install');
    await registry.add(
      { name: 'json', version: '1.3.0', dependencies: { text: '^1' } },
      { name: 'text', version: '1.1.0' },
    );
    await pkg('install');
  });

  test('[V-31] chooses everything anew', async () => {
    expect(locked()).toEqual(['chars 0.1.0', 'json 1.2.0', 'text 1.0.0']);
    expect(await pkg('update')).toMatchObject({
      code: 0,
      out: 'chars 0.1.0 goes\njson 1.2.0 becomes 1.3.0\ntext 1.0.0 becomes 1.1.0\n✓ Updated 3 package(s)\n',
    });
    expect(await pkg('update')).toMatchObject({ code: 0, out: 'Everything is up to date\n' });
  });

  test('[V-32] of one package touches one entry', async () => {
    const before = lock().split('\n\n');
    expect(await pkg('update json')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^json 1\.2\.0 becomes 1\.3\.0\n/),
    });
    const after = lock().split('\n\n');
    expect(after.filter((table) => !before.includes(table))).toEqual([
      expect.stringContaining('[packages.json]'),
    ]);
    expect(after).toHaveLength(before.length);
    expect(await pkg('update nothing')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nothing is not in vais\.lock/),
    });
  });
});

describe('what is there is believed only as far as it was checked:', () => {
  test('[V-56] a damaged cache is mended by the lines of the seed, and by itself', async () => {
    manifest('json = "^1"');
    await pkg('install');
    writeFileSync(cached('json/1.2.0.tar.gz'), 'garbage');
    writeFileSync(cached('json/1.2.0/extracted/vais.toml'), 'garbage');
    expect(await pkg('verify')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/✗ json 1\.2\.0: its archive has/),
    });
    rmSync(cached('json'), { recursive: true });
    expect(await pkg('install --update')).toMatchObject({ code: 0 });
    expect(await pkg('verify')).toMatchObject({
      code: 0,
      out: '✓ 3 package(s) are whole, and what vais.lock says\n',
    });
    writeFileSync(cached('text/1.0.0.tar.gz'), 'garbage');
    expect(await pkg('install')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^warning: The cached archive of text@1\.0\.0 is damaged/),
    });
    expect(await pkg('verify')).toMatchObject({ code: 0 });
  });

  test('[V-50] a version that is not what was locked is refused, and update takes it', async () => {
    manifest('chars = "*"');
    await pkg('install');
    const before = lock();
    await registry.add({ name: 'chars', version: '0.1.0', files: { evil: 'x' } });
    expect(await pkg('install --no-offline')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^error: checksum mismatch for chars@0\.1\.0: expected [0-9a-f]{64}, got [0-9a-f]{64}\n/,
      ),
    });
    rmSync(cached('chars'), { recursive: true });
    // Now the lock serves, and the bytes do not.
    expect(await pkg('install')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/checksum mismatch for chars@0\.1\.0/),
    });
    expect([lock(), existsSync(cached('chars'))]).toEqual([before, false]);
    expect(await pkg('update chars')).toMatchObject({ code: 0 });
    expect(lock()).toContain(registry.checksum('chars', '0.1.0'));
  });

  test('a lock file that somebody made leads nowhere', async () => {
    const text = `version = 1\n\n[packages."../../evil"]\nversion = "1.0.0"\nchecksum = "${'0'.repeat(64)}"\nsource = "registry"\ndependencies = []\n`;
    writeFileSync(join(cwd, 'vais.lock'), text);
    expect(await pkg('install json')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/vais\.lock names/),
    });
  });
});

test('a project that names another registry does not change the packages of others', async () => {
  manifest('chars = "*"');
  await pkg('install');
  const evil = await scriptedRegistry([{ name: 'chars', version: '0.1.0', files: { evil: 'x' } }]);
  const clone = temporaryFolder('clone');
  const text = `[package]\nname = "clone"\nversion = "1.0.0"\nregistry = "${evil.url}"\n\n[dependencies]\nchars = "*"\n`;
  writeFileSync(join(clone, 'vais.toml'), text);
  const env = { KONTOR_REGISTRY_URL: registry.url };
  const { code, out, err } = await vaiscPkg('install --json', { cwd: clone, home, env });
  const folder = cached(`.other/${evil.checksum('chars', '0.1.0')}/chars/0.1.0/extracted`);
  expect([code, JSON.parse(out)]).toMatchObject([0, { packages: [{ name: 'chars', folder }] }]);
  expect(err).toContain(`usual place has that of ${registry.url}`);
  expect([existsSync(join(folder, 'evil')), existsSync(cached('chars/0.1.0/extracted/evil'))]).toEqual([
    true,
    false,
  ]);
  expect(await vaiscPkg('verify', { cwd: clone, home })).toMatchObject({ code: 0 });
  expect((await pkg('cache list')).out.match(/chars 0\.1\.0 .*/g)).toEqual([
    expect.not.stringContaining('usual place'),
    expect.stringContaining(', not in its usual place'),
  ]);
  expect(await pkg('install --offline')).toMatchObject({ code: 0, err: '' });
});

test('--json tells scripts what came from where', async () => {
  const { code, out } = await pkg('install chars --json');
  expect([code, JSON.parse(out)]).toEqual([
    0,
    {
      lock_file: join(cwd, 'vais.lock'),
      packages: [
        {
          name: 'chars',
          version: '0.1.0',
          checksum: registry.checksum('chars', '0.1.0'),
          source: 'registry',
          arrival: 'fetched',
          folder: cached('chars/0.1.0/extracted'),
          before: null,
        },
      ],
      removed: [],
    },
  ]);
});
