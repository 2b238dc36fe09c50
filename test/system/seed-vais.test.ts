import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { talk } from '../setup/dialogue.ts';
import { freePort } from '../setup/ports.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run, type RunResult } from '../setup/run.ts';
import { launcher, startKontor, type RunningKontor } from '../setup/server.ts';
import { onTerminal, terminalProblem } from '../setup/terminal.ts';

/**
 * The published lines of the seed, pasted as they stand there, one after the other as a user would: `<query>` and the like are filled in,
 * and the port is a free one. The server has the seed's variables, and no setting of ours.
 */
const NO_SETTING = { KONTOR_HOST: undefined, KONTOR_PORT: undefined, KONTOR_DATA: undefined };

let server: RunningKontor;
/** The user's home, and a folder with all their projects. */
let home: string;
let desk: string;
/** What the shell has on its PATH: `vaisc`, as an installation puts it there. */
let bin: string;
let files: { database: string; packages: string };

beforeAll(async () => {
  const data = temporaryFolder('data');
  files = { database: join(data, 'registry.db'), packages: join(data, 'packages') };
  const port = await freePort();
  server = await startKontor({
    port,
    env: {
      ...NO_SETTING,
      VAIS_REGISTRY_HOST: '127.0.0.1',
      VAIS_REGISTRY_PORT: String(port),
      VAIS_REGISTRY_DB: files.database,
      VAIS_REGISTRY_STORAGE: files.packages,
      VAIS_REGISTRY_ADMIN_USER: 'admin',
      VAIS_REGISTRY_ADMIN_PASS: 'changeme',
    },
  });
  [home, desk, bin] = [temporaryFolder('home'), temporaryFolder('desk'), temporaryFolder('bin')];
  for (const name of ['vaisc', 'kontor']) await symlink(join(dirname(launcher), name), join(bin, name));
});

const PATH = () => `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;

/** Types a line of the seed into a shell. */
function shell(line: string, { folder = '', input = '' } = {}): Promise<RunResult> {
  return run('sh', ['-c', line.replaceAll('http://localhost:3000', server.url)], {
    cwd: join(desk, folder),
    env: { HOME: home, PATH: PATH() },
    input,
  });
}

async function succeeds(line: string, more?: Parameters<typeof shell>[1]): Promise<string> {
  const { code, stdout, stderr } = await shell(line, more);
  expect(`${code} ${stderr}`).toMatch(/^0 /);
  return stdout;
}

/** Makes a package of the layout that the seed shows. */
async function project(name: string, version: string, more = ''): Promise<void> {
  await mkdir(join(desk, name, 'src'), { recursive: true });
  await writeFile(
    join(desk, name, 'vais.toml'),
    `[package]\nname = "${name}"\nversion = "${version}"\ndescription = "The ${name} of the tests"\nlicense = "MIT"\n${more}`,
  );
  await writeFile(join(desk, name, 'src/lib.vais'), `# ${name} ${version}\n`);
}

async function publish(name: string, version: string, more?: string): Promise<void> {
  await project(name, version, more);
  const said = await succeeds('vaisc pkg publish --registry http://localhost:3000', { folder: name });
  expect(said).toContain(`✓ Published ${name} v${version} to ${server.url}\n`);
}

const cache = (path: string) => join(home, '.vais/registry/cache', path);
const lock = (folder: string) => readFile(join(desk, folder, 'vais.lock'), 'utf8');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The lines of the guide in its order; each stands on those before it. */
describe('the guide of the seed', () => {
  test('[V-59] the health check', async () => {
    const health = JSON.parse(await succeeds('curl -f http://localhost:3000/health'));
    expect(health).toEqual({ status: 'ok', version: expect.any(String) });
  });

  test('[V-12] [V-13] [V-52] log in, name and password piped in', async () => {
    const said = await succeeds('vaisc pkg login --registry http://localhost:3000', {
      input: 'admin\nchangeme\n',
    });
    const file = join(home, '.vais/credentials.toml');
    expect(said).toBe(`✓ Logged in to ${server.url} as admin\n  Token saved to ${file}\n`);
    expect(await succeeds(`stat -c %a ${file}`)).toBe('600\n');
  });

  test('[V-12] log in on a terminal, which shows no password', async (context) => {
    const problem = await terminalProblem();
    if (problem !== undefined) context.skip(problem);
    const client = {
      command: join(bin, 'vaisc'),
      prefix: [],
      run: () => Promise.reject(new Error('unused')),
    };
    const terminal = onTerminal(client, ['pkg', 'login', '--registry', server.url]);
    const dialogue = talk(terminal, [], { cwd: desk, env: { HOME: home, PATH: PATH(), TERM: 'xterm' } });
    await dialogue.saw(/Username: /);
    dialogue.say('admin');
    await dialogue.saw(/Password: /);
    dialogue.say('changeme');
    await dialogue.saw(/Logged in to .* as admin/);
    const { code, stdout } = await dialogue.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('admin');
    expect(stdout).not.toContain('changeme');
  });

  test('[V-20] a dry run sends nothing', async () => {
    await project('json-parser', '1.0.0');
    const line = 'vaisc pkg publish --registry http://localhost:3000 --dry-run';
    const said = await succeeds(line, { folder: 'json-parser' });
    expect(said).toContain('json-parser');
    expect(said).toContain('1.0.0');
    expect(said).toMatch(/[0-9a-f]{64}/);
    expect(JSON.parse(await succeeds('curl -f http://localhost:3000/index.json'))).toEqual([]);
  });

  test('[V-14] [V-16] [V-69] publish', async () => {
    await project('json-parser', '1.0.0');
    for (const folder of ['.git', 'target', 'node_modules']) {
      await mkdir(join(desk, 'json-parser', folder), { recursive: true });
      await writeFile(join(desk, 'json-parser', folder, 'secret'), 'x');
    }
    await publish('json-parser', '1.0.0');
    const stored = join(files.packages, 'json-parser/1.0.0.tar.gz');
    const listed = await succeeds(`tar tzf ${stored}`);
    expect(listed.trim().split('\n').toSorted()).toEqual(['src/lib.vais', 'vais.toml']);
    const [entry] = JSON.parse(await succeeds('curl -f http://localhost:3000/index.json'));
    expect(entry.versions[0].checksum).toBe(sha256(await readFile(stored)));
    expect(existsSync(files.database)).toBe(true);
  });

  test('[V-21] search', async () => {
    const said = await succeeds('vaisc pkg search json --registry http://localhost:3000');
    expect(said).toBe('1 packages found:\n  json-parser v1.0.0\n    The json-parser of the tests\n');
    expect(await succeeds('vaisc pkg search zebra --registry http://localhost:3000')).toBe(
      "No packages found for 'zebra'.\n",
    );
    for (const name of ['kontor', 'kontor pkg']) {
      expect(await succeeds(`${name} search json --registry http://localhost:3000`)).toBe(said);
    }
  });

  test('[V-22] [V-28] install a package', async () => {
    await mkdir(join(desk, 'app'));
    const line = 'vaisc pkg install json-parser --registry http://localhost:3000';
    const said = await succeeds(line, { folder: 'app' });
    expect(said).toContain('Installing json-parser 1.0.0...\n');
    expect(said).toContain('✓ Installed 1 package(s)\n');
    const archive = await readFile(cache('json-parser/1.0.0.tar.gz'));
    expect(await lock('app')).toContain(`checksum = "${sha256(archive)}"`);
    expect(existsSync(cache('json-parser/1.0.0/extracted/src/lib.vais'))).toBe(true);
  });

  test('[V-23] [V-24] [V-55] install with a constraint, at the registry of the log-in', async () => {
    await publish('json-parser', '1.2.0');
    await publish('json-parser', '2.0.0');
    await mkdir(join(desk, 'other'));
    await succeeds('vaisc pkg install json-parser@^1.0.0', { folder: 'other' });
    expect(await lock('other')).toContain('version = "1.2.0"');
    // Whoever has an index that is older than a package is told to ask anew.
    await publish('http-client', '2.1.0', '\n[dependencies]\njson-parser = "^1.0.0"\n');
    await succeeds('vaisc pkg install --no-offline http-client', { folder: 'other' });
    expect(await lock('other')).toContain('[packages.http-client]');
  });

  test('[V-15] [V-25] [V-27] [V-40] [V-41] install from the sample manifest', async () => {
    await publish('test-framework', '0.6.0');
    await project('local-lib', '0.1.0');
    await mkdir(join(desk, 'my-package/src'), { recursive: true });
    await writeFile(join(desk, 'my-package/src/lib.vais'), '# mine\n');
    await writeFile(join(desk, 'my-package/vais.toml'), SAMPLE);
    const said = await succeeds('vaisc pkg install', { folder: 'my-package' });
    expect(said).toContain('✓ Installed');
    const locked = await lock('my-package');
    for (const name of ['json-parser', 'http-client', 'local-lib', 'test-framework']) {
      expect(locked).toContain(`[packages.${name}]`);
    }
    expect(existsSync(cache('http-client/2.1.0/extracted/vais.toml'))).toBe(true);
    await succeeds('vaisc pkg publish --registry http://localhost:3000', { folder: 'my-package' });
    const told = JSON.parse(await succeeds('curl -f http://localhost:3000/packages/my-package/1.0.0'));
    expect(told).toMatchObject({
      name: 'my-package',
      version: '1.0.0',
      description: 'A sample Vais package',
      license: 'MIT',
      authors: ['Your Name <your.email@example.com>'],
    });
  });

  test('[V-31] [V-32] update one package, then all', async () => {
    await publish('json-parser', '1.3.0');
    await publish('http-client', '2.1.1', '\n[dependencies]\njson-parser = "^1.0.0"\n');
    await succeeds('vaisc pkg update json-parser', { folder: 'my-package' });
    expect(await lock('my-package')).toMatch(/\[packages\.json-parser\]\nversion = "1\.3\.0"/);
    expect(await lock('my-package')).toMatch(/\[packages\.http-client\]\nversion = "2\.1\.0"/);
    await succeeds('vaisc pkg update', { folder: 'my-package' });
    expect(await lock('my-package')).toMatch(/\[packages\.http-client\]\nversion = "2\.1\.1"/);
  });

  test('[V-56] clear the cache and fetch again', async () => {
    await writeFile(cache('json-parser/1.3.0.tar.gz'), 'damaged');
    await succeeds('rm -rf ~/.vais/registry/cache/json-parser');
    await succeeds('vaisc pkg install --update', { folder: 'my-package' });
    const archive = await readFile(cache('json-parser/1.3.0.tar.gz'));
    expect(await lock('my-package')).toContain(sha256(archive));
  });

  test('[V-57] a revoked token: publish says to log in again, which helps', async () => {
    const token = /token = "([^"]+)"/.exec(await readFile(join(home, '.vais/credentials.toml'), 'utf8'))?.[1];
    const authorization = `-H 'Authorization: Bearer ${token}'`;
    const tokens: { id: string }[] = JSON.parse(
      await succeeds(`curl -sf http://localhost:3000/auth/tokens ${authorization}`),
    );
    for (const { id } of tokens) {
      await shell(`curl -s -X DELETE http://localhost:3000/auth/tokens/${id} ${authorization}`);
    }
    await project('late', '1.0.0');
    const refused = await shell('vaisc pkg publish --registry http://localhost:3000', { folder: 'late' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('error: publish failed (HTTP 401): Invalid token');
    expect(refused.stderr).toContain(`vaisc pkg login --registry ${server.url}`);
    await succeeds(`vaisc pkg login --registry ${server.url}`, { input: 'admin\nchangeme\n' });
    await publish('late', '1.0.0');
  });

  test('[V-51] [V-63] yank: nobody begins to use it, who has it keeps it', async () => {
    await succeeds('vaisc pkg yank json-parser --version 1.3.0');
    await rm(cache('json-parser'), { recursive: true });
    const before = await lock('my-package');
    await succeeds('vaisc pkg install', { folder: 'my-package' });
    expect(await lock('my-package')).toBe(before);
    await mkdir(join(desk, 'fresh'));
    await succeeds('vaisc pkg install json-parser@^1.0.0', { folder: 'fresh' });
    expect(await lock('fresh')).toContain('version = "1.2.0"');
  });

  test('[S-19] on a terminal there are bytes, a rate and colours; in a pipe there are neither', async (context) => {
    const problem = await terminalProblem();
    if (problem !== undefined) context.skip(problem);
    await project('large', '1.0.0');
    await writeFile(join(desk, 'large/src/noise.bin'), randomBytes(3_000_000));
    const piped = await shell('vaisc pkg publish --registry http://localhost:3000', { folder: 'large' });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(piped.stdout).not.toContain(ESCAPE);
    await mkdir(join(desk, 'shown'));
    const client = {
      command: join(bin, 'vaisc'),
      prefix: [],
      run: () => Promise.reject(new Error('unused')),
    };
    const install = (env: Record<string, string>) =>
      talk(onTerminal(client, ['pkg', 'install', 'large']), [], {
        cwd: join(desk, 'shown'),
        env: { HOME: home, PATH: PATH(), TERM: 'xterm', ...env },
      }).ended;
    const shown = await install({});
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/2\.9 MB {2}[\d.]+ (k|M)B\/s {2}large 1\.0\.0\r\n/);
    expect(shown.stdout).toContain(`${ESCAPE}[32m✓${ESCAPE}[39m Installed 1 package(s)`);
    await rm(cache('large'), { recursive: true });
    const plain = await install({ NO_COLOR: '1', CI: 'true' });
    expect(plain.code).toBe(0);
    expect(plain.stdout).not.toContain(ESCAPE);
    expect(plain.stdout).not.toContain('/s');
  });

  test('[V-30] offline, with the server gone', async () => {
    await server.stop();
    const before = await lock('my-package');
    await succeeds('vaisc pkg install --offline', { folder: 'my-package' });
    expect(await lock('my-package')).toBe(before);
    await rm(cache('test-framework'), { recursive: true });
    expect(await shell('vaisc pkg install --offline', { folder: 'my-package' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'error: Package test-framework 0.6.0 not in cache. Run without --offline to download.',
      ),
    });
  });
});

/** What begins a command to the terminal. */
const ESCAPE = '\u001B';

/** The seed's, word for word. */
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
