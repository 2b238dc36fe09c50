import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vaiscPkg } from '../setup/client-line.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { temporaryFolder } from '../setup/resources.ts';

/** As the deployment guide prints it. */
const SAMPLE = `[package]
name = "my-package"
version = "1.0.0"
authors = ["Your Name <your.email@example.com>"]
description = "A sample Vais package"
license = "MIT"

[dependencies]
json-parser = "^1.0.0"
http-client = { version = "~2.1.0" }
local-lib = { path = "../local-lib" }

[dev-dependencies]
test-framework = ">=0.5.0"
`;

let server: InProcess;
const home = temporaryFolder('home');
const workspace = temporaryFolder('workspace');

beforeAll(async () => {
  server = await startInProcess({
    VAIS_REGISTRY_ADMIN_USER: 'admin',
    VAIS_REGISTRY_ADMIN_PASS: 'changeme',
    KONTOR_HOST: '127.0.0.1',
  });
  await vaisc('', `login --registry ${server.url}`, 'admin\nchangeme\n');
});
afterAll(() => server.stop());

const vaisc = (folder: string, line: string, input?: string) =>
  vaiscPkg(line, { cwd: join(workspace, folder), home, ...(input !== undefined && { input }) });

function put(path: string, content: string | Buffer): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`)).json();
}

async function download(path: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${server.url}${path}`)).arrayBuffer());
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the package of the guide', () => {
  let archive: Buffer;
  beforeAll(async () => {
    put('my-package/vais.toml', SAMPLE);
    put('my-package/src/lib.vais', 'pub fn answer() -> i64 = 42\n');
    for (const path of ['.git/HEAD', 'target/out.o', 'node_modules/x/y', 'src/.swp', 'src/target/z']) {
      put(`my-package/${path}`, 'not for others');
    }
  });

  test('[V-14] [V-39] [V-40] is published from its folder, word for word, without a README', async () => {
    const { code, out, err } = await vaisc('my-package', `publish --registry ${server.url}`);
    expect(out.split('\n').at(-2)).toBe(`✓ Published my-package v1.0.0 to ${server.url}`);
    // Nothing but that a folder is something else for everybody else: what arrived is what was sent.
    expect(err).toMatch(/^warning: local-lib is \.\.\/local-lib here; [^\n]*\n$/);
    expect(code).toBe(0);
    archive = await download('/packages/my-package/1.0.0.tar.gz');
    expect(await get('/index.json')).toMatchObject([
      { name: 'my-package', versions: [{ version: '1.0.0', checksum: sha256(archive) }] },
    ]);
  });

  test('[V-15] is at the registry what its manifest says', async () => {
    expect(await get('/packages/my-package/1.0.0')).toMatchObject({
      name: 'my-package',
      version: '1.0.0',
      description: 'A sample Vais package',
      license: 'MIT',
      authors: ['Your Name <your.email@example.com>'],
      checksum: sha256(archive),
      size: archive.length,
      yanked: false,
    });
    const { dependencies } = (await get('/packages/my-package/1.0.0')) as { dependencies: unknown[] };
    expect(dependencies).toEqual([
      expect.objectContaining({ name: 'json-parser', version_req: '^1.0.0', kind: 'normal' }),
      expect.objectContaining({ name: 'http-client', version_req: '~2.1.0', kind: 'normal' }),
      expect.objectContaining({ name: 'local-lib', version_req: '*', kind: 'normal' }),
      expect.objectContaining({ name: 'test-framework', version_req: '>=0.5.0', kind: 'dev' }),
    ]);
  });

  test('[V-16] has in its archive what is its own', () => {
    const file = join(temporaryFolder('download'), 'package.tar.gz');
    writeFileSync(file, archive);
    const names = execFileSync('tar', ['tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual(['src/lib.vais', 'vais.toml']);
    expect(execFileSync('tar', ['xzf', file, '-O', 'vais.toml'], { encoding: 'utf8' })).toBe(SAMPLE);
  });

  test('packed by itself it is the very same bytes, and it is published once', async () => {
    await vaisc('my-package', 'pack');
    expect(readFileSync(join(workspace, 'my-package/my-package-1.0.0.tar.gz')).equals(archive)).toBe(true);
    const again = await vaisc('my-package', `publish --registry ${server.url}`);
    expect(again.code).toBe(1);
    expect(again.err).toMatch(
      /error: publish failed \(HTTP 409\): .*Version already exists: my-package@1\.0\.0/,
    );
  });
});

test('[V-20] a dry run needs no log-in and leaves nothing at the registry', async () => {
  expect(await vaisc('', 'init --name dry')).toMatchObject({ code: 0 });
  const line = ['publish', '--registry', server.url, '--dry-run'];
  const { code, out } = await vaiscPkg(line, { cwd: workspace, home: temporaryFolder('nobody') });
  expect(out).toContain('  Name: dry\n  Version: 0.1.0\n  Checksum: ');
  expect(code).toBe(0);
  expect((await fetch(`${server.url}/packages/dry/0.1.0`)).status).toBe(404);
});

test('a package of many megabytes goes through in pieces, and a token that is none says what to do', async () => {
  put('big/vais.toml', '[package]\nname = "big"\nversion = "1.0.0"\n');
  put('big/src/main.vais', 'fn main() {}\n');
  put('big/data.bin', randomBytes(6 * 1024 ** 2));
  const refused = await vaisc('big', `publish --registry ${server.url} --token vais_${'0'.repeat(64)}`);
  expect(refused).toMatchObject({
    code: 1,
    err: expect.stringMatching(/publish failed \(HTTP 401\): .*login/),
  });
  const { code, out } = await vaisc('big', 'publish --json');
  expect(code).toBe(0);
  const { checksum, verified, registry } = JSON.parse(out);
  expect({ verified, registry }).toEqual({ verified: true, registry: server.url });
  expect(sha256(await download('/packages/big/1.0.0.tar.gz'))).toBe(checksum);
});

const lock = () => readFileSync(join(workspace, 'my-package/vais.lock'), 'utf8');

describe('[V-25] a project with the manifest of the guide', () => {
  beforeAll(async () => {
    for (const [name, version, more] of [
      ['json-parser', '1.4.0', ''],
      ['http-client', '2.1.3', '[dependencies]\njson-parser = ">=1.2"\n'],
      ['test-framework', '0.7.0', ''],
    ] as const) {
      put(`${name}/vais.toml`, `[package]\nname = "${name}"\nversion = "${version}"\n${more}`);
      put(`${name}/src/lib.vais`, `# ${name}\n`);
      await vaisc(name, 'publish');
    }
    put(
      'local-lib/vais.toml',
      '[package]\nname = "local-lib"\nversion = "0.2.0-dev"\n[dependencies]\njson-parser = "*"\n',
    );
  });

  test('[V-29] [V-41] is installed with its neighbour, and locked the same each time, byte for byte', async () => {
    expect(await vaisc('my-package', 'install')).toMatchObject({ code: 0, err: '' });
    const first = lock();
    const sum = (name: string, version: string) =>
      sha256(readFileSync(join(home, 'registry/cache', name, `${version}.tar.gz`)));
    expect(first).toBe(`version = 1

[packages.http-client]
version = "2.1.3"
checksum = "${sum('http-client', '2.1.3')}"
source = "registry"
dependencies = ["json-parser"]

[packages.json-parser]
version = "1.4.0"
checksum = "${sum('json-parser', '1.4.0')}"
source = "registry"
dependencies = []

[packages.local-lib]
version = "0.2.0-dev"
checksum = ""
source = "path+../local-lib"
dependencies = ["json-parser"]

[packages.test-framework]
version = "0.7.0"
checksum = "${sum('test-framework', '0.7.0')}"
source = "registry"
dependencies = []
`);
    rmSync(join(home, 'registry'), { recursive: true });
    expect(await vaisc('my-package', 'install')).toMatchObject({ code: 0 });
    expect(lock()).toBe(first);
    rmSync(join(workspace, 'my-package/vais.lock'));
    expect(await vaisc('my-package', 'install')).toMatchObject({ code: 0 });
    expect(lock()).toBe(first);
    expect(await vaisc('my-package', 'install --locked --offline')).toMatchObject({ code: 0 });
  });

  test('[V-41] says which neighbour is missing, and what is wrong with its lock, and leaves the lock alone', async () => {
    const before = lock();
    renameSync(join(workspace, 'local-lib'), join(workspace, 'elsewhere'));
    const missing = await vaisc('my-package', 'install');
    expect(missing.err).toMatch(
      /^error: "local-lib" in .*my-package\/vais\.toml is to be in .*\/local-lib, and there is no such folder\.\n$/,
    );
    renameSync(join(workspace, 'elsewhere'), join(workspace, 'local-lib'));
    put('my-package/vais.lock', before.replace('[packages.local-lib]', '<<<<<<< ours\n[packages.local-lib]'));
    const conflict = await vaisc('my-package', 'install');
    expect(conflict.err).toMatch(
      /^error: vais\.lock has the marks of a merge conflict, at line 15: take either side/,
    );
    expect([missing.code, conflict.code]).toEqual([1, 1]);
    expect(lock()).toContain('<<<<<<< ours');
  });
});
