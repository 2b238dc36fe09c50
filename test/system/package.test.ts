import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { npmClient, sandbox, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project } from '../setup/projects.ts';
import { freePort } from '../setup/ports.ts';
import { packageTarball, register } from '../setup/publish.ts';
import { temporaryFolder, track } from '../setup/resources.ts';
import { run, type RunResult } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** `#!/usr/bin/env node` must find the Node that runs the tests. */
const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;

let npm: Client;
/** What `npm pack` put into the archive. */
let files: string[];
/** An empty project in which the archive has been installed, under its name and under that of the seed. */
let installed: string;
/** `.bin/kontor` of it. */
let command: string;

beforeAll(async () => {
  npm = await npmClient();
  const packed = await pack();
  files = packed.files;
  installed = await install(packed.archive);
  command = join(installed, 'node_modules/.bin/kontor');
}, 300_000);

/** Builds and packs a copy, so that this tree stays as it is. */
async function pack(): Promise<{ archive: string; files: string[] }> {
  const copy = temporaryFolder('pack');
  const parts = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE', 'CHANGELOG.md'];
  for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { env } = sandbox();
  const packing = await npm.run(['pack', '--json', '--foreground-scripts=false'], {
    cwd: copy,
    env: { ...env, PATH },
  });
  const [about] = JSON.parse(output(packing)) as { filename: string; files: { path: string }[] }[];
  if (about === undefined) throw new Error('npm pack made nothing.');
  return { archive: join(copy, about.filename), files: about.files.map(({ path }) => path) };
}

/** Installs as a user does: what Kontor needs comes from the registry that npm is configured for on this machine. */
async function install(archive: string): Promise<string> {
  const folder = join(temporaryFolder('installed'), 'project');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const archives = [archive, `@stacksjs/registry@file:${archive}`];
  const args = [...npm.prefix, 'install', ...archives, '--omit=dev', '--no-audit', '--no-fund'];
  await promisify(execFile)(npm.command, args, { cwd: folder, maxBuffer: 2 ** 26 });
  return folder;
}

async function kontorDoes(args: string[], server?: RunningKontor): Promise<string> {
  const env = { PATH, ...(server && { KONTOR_DATA: server.data }) };
  return output(await run(command, args, { cwd: temporaryFolder('cwd'), env }));
}

test('the package holds compiled code, licence and changes, and neither sources nor tests', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'LICENSE',
      'CHANGELOG.md',
      'dist/cli/main.js',
      'dist/index.d.ts',
    ]),
  );
  expect(files.filter((file) => /(^|\/)(src|test)\/|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('the installed command tells its version', async () => {
  expect(await kontorDoes(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("[V-13] the seed's lines run as they stand with the vaisc that the package brings", async () => {
  const port = await freePort();
  const none = { KONTOR_HOST: undefined, KONTOR_PORT: undefined, KONTOR_DATA: undefined };
  const data = temporaryFolder('data');
  await startKontor({
    command,
    port,
    env: {
      ...none,
      PATH,
      VAIS_REGISTRY_HOST: '127.0.0.1',
      VAIS_REGISTRY_PORT: String(port),
      VAIS_REGISTRY_DB: join(data, 'registry.db'),
      VAIS_REGISTRY_STORAGE: join(data, 'packages'),
      VAIS_REGISTRY_ADMIN_USER: 'admin',
      VAIS_REGISTRY_ADMIN_PASS: 'changeme',
    },
  });
  const [home, desk] = [temporaryFolder('home'), temporaryFolder('desk')];
  await mkdir(join(desk, 'src'));
  await writeFile(join(desk, 'src/lib.vais'), '# lib\n');
  await writeFile(join(desk, 'vais.toml'), '[package]\nname = "json-parser"\nversion = "1.0.0"\n');
  const env = { HOME: home, PATH: `${join(installed, 'node_modules/.bin')}:${PATH}` };
  const shell = async (line: string, input?: string) => {
    const typed = line.replaceAll('http://localhost:3000', `http://127.0.0.1:${port}`);
    return output(await run('sh', ['-c', typed], { cwd: desk, env, ...(input !== undefined && { input }) }));
  };
  expect(await shell('vaisc --version')).toMatch(/^vaisc \d+\.\d+\.\d+\n$/);
  await shell('vaisc pkg login --registry http://localhost:3000', 'admin\nchangeme\n');
  await shell('vaisc pkg publish --registry http://localhost:3000');
  expect(await shell('vaisc pkg search json --registry http://localhost:3000')).toContain(
    'json-parser v1.0.0',
  );
  await shell('vaisc pkg install json-parser@^1.0.0');
  expect(await readFile(join(desk, 'vais.lock'), 'utf8')).toContain('[packages.json-parser]');
});

test('the installed server takes a publish, and serves it next to what it pulls through', async () => {
  const upstream = await startKontor();
  const { manifest, files: sources } = greetings;
  const theirs = machine(`${upstream.url}/npm`, await register(upstream, 'stranger'));
  output(await npm.run(['publish'], project(theirs, manifest.name, manifest, sources)));

  const server = await startKontor({ command, env: { PATH, KONTOR_NPM_UPSTREAM: `${upstream.url}/npm` } });
  const registry = `${server.url}/npm`;
  const token = (await kontorDoes(['token', 'create'], server)).trim();
  const box = machine(registry, token);
  output(
    await npm.run(['publish', '--access=public'], project(box, 'greeter', greeter.manifest, greeter.files)),
  );
  const folder = project(box, 'application', { name: 'application', version: '1.0.0' });
  output(await npm.run(['install', '@acme/greeter'], folder));
  const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), [], { cwd: folder.cwd, env: { PATH } });
  expect(said).toEqual({ code: 0, stdout: 'Hello, world!\n', stderr: '' });

  expect(await kontorDoes(['verify'], server)).toMatch(/^blobs +2 /);
  expect(await server.stop()).toBe(0);
});

/** The program of the seed's README, as it stands there; after it whatever a test wants to know. */
const seedsProgram = (port: number, more = '') => `
import { Registry, createLocalRegistry, createServer } from '@stacksjs/registry'

// Create a local development registry
const registry = createLocalRegistry('http://localhost:${port}')

// Start the server
const { start, stop } = createServer(registry, ${port})
start()
${more}`;

/** Starts a program of the project in a folder of its own, and says what it writes when it ends. */
async function startProgram(text: string): Promise<{ cwd: string; end(): Promise<RunResult> }> {
  const cwd = await mkdtemp(join(installed, 'program-'));
  await writeFile(join(cwd, 'program.mjs'), text);
  const { env } = sandbox();
  const child = track(spawn(process.execPath, ['program.mjs'], { cwd, env: { ...env, PATH } }));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = async () => {
    child.kill('SIGTERM');
    return { code: await ended, stdout, stderr };
  };
  onTestFinished(async () => void (await end()));
  return { cwd, end };
}

/** Polls until somebody answers. */
async function answerOf(url: string): Promise<Response> {
  const ask = () => fetch(url).catch(() => undefined);
  await expect.poll(ask, { timeout: 60_000, interval: 50 }).toBeDefined();
  return fetch(url);
}

test("[P-55] [P-56] [P-57] [P-59] the seed's program runs as it stands, under the seed's name", async () => {
  const port = await freePort();
  const { cwd, end } = await startProgram(
    seedsProgram(
      port,
      `process.once('SIGTERM', () => stop().then(() => console.log('stopped', typeof Registry)))`,
    ),
  );
  const answer = await answerOf(`http://localhost:${port}/commits/abc1234`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({ error: expect.any(String) });

  const env = { PATH, KONTOR_PROFILE: 'pantry' };
  const token = output(await run(command, ['token', 'create'], { cwd, env })).trim();
  const box = machine(`http://localhost:${port}/npm`, token);
  const { manifest, files: sources } = greetings;
  output(await npm.run(['publish'], project(box, manifest.name, manifest, sources)));
  const published = await fetch(`http://localhost:${port}/packages/${manifest.name}`);
  expect(await published.json()).toMatchObject({ name: manifest.name, version: manifest.version });
  // [P-61]
  const tarballs = await readdir(join(cwd, '.registry/tarballs'), { recursive: true });
  expect(tarballs.filter((file) => file.endsWith('.tgz'))).toHaveLength(1);

  // It wrote nothing, and nothing keeps the process once it has stopped.
  expect(await end()).toEqual({ code: 0, stdout: 'stopped function\n', stderr: '' });
  expect(await fetch(`http://localhost:${port}/`).catch(() => 'free')).toBe('free');
});

test('[P-55] the programs of docs/library.md run', async () => {
  const page = await readFile(join(root, 'docs/library.md'), 'utf8');
  const programs = [...page.matchAll(/```js\n(import [\s\S]*?)```/g)].map(([, text = '']) => text);
  const [, publishing = ''] = programs;
  expect(publishing).toContain('registry.publish(');
  const cwd = await mkdtemp(join(installed, 'program-'));
  await writeFile(join(cwd, 'program.mjs'), publishing);
  await writeFile(join(cwd, 'my-package-1.0.0.tgz'), await packageTarball('my-package', '1.0.0'));
  const { env } = sandbox();
  const ran = await run(process.execPath, ['program.mjs'], { cwd, env: { ...env, PATH } });
  const tarball = 'http://localhost:3000/packages/my-package/1.0.0/tarball';
  expect(ran).toEqual({ code: 0, stdout: `undefined ${tarball} [ '1.0.0' ]\n`, stderr: '' });
  expect(programs[0]?.replace("'kontor'", "'@stacksjs/registry'")).toBe(
    seedsProgram(3000)
      .replaceAll(/^\/\/.*\n/gm, '')
      .trimStart(),
  );
});

test('[P-57] a start that fails says why, and ends a program that does not listen', async () => {
  const taken = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const cwd = await mkdtemp(join(installed, 'program-'));
  await writeFile(join(cwd, 'program.mjs'), seedsProgram(port));
  const { env } = sandbox();
  const result = await run(process.execPath, ['program.mjs'], { cwd, env: { ...env, PATH } });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain(`Port ${port} is in use; stop what listens there`);
});

test('[P-55] [P-56] a strict program compiles against the types, under either name', async () => {
  await writeFile(
    join(installed, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: STRICT, files: ['kontor.mts', 'seed.mts'] }),
  );
  await writeFile(join(installed, 'kontor.mts'), typedProgram('kontor'));
  await writeFile(join(installed, 'seed.mts'), typedProgram('@stacksjs/registry'));
  const compiled = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
    cwd: installed,
  });
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
});

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'es2022',
  lib: ['es2022', 'dom'],
  types: [],
  skipLibCheck: false,
  noEmit: true,
};

const typedProgram = (name: string) => `
import {
  Registry, S3Storage, createLocalRegistry, createRegistryFromEnv, createServer,
  type PackageMetadata, type RegistryOptions,
} from '${name}';

const options: RegistryOptions = {
  s3Bucket: 'local',
  dynamoTable: 'local',
  baseUrl: 'https://registry.example.com',
  npmFallback: true,
};
const registry: Registry = new Registry(options);
const { start, stop } = createServer(registry, 3000);
const started: Promise<{ url: string }> = start();
const stopped: Promise<void> = stop();
createServer(createLocalRegistry());
createServer(createLocalRegistry('http://localhost:3000'), 3000);
const found: Promise<PackageMetadata | null> = registry.getPackage('demo');
const done: Promise<void> = registry.publish({ name: 'demo', version: '1.0.0' }, new Uint8Array(1));
registry.publishCommit('demo', 'abc1234', new ArrayBuffer(1), { repository: undefined });
createServer(createRegistryFromEnv());
const storage: S3Storage = new S3Storage('my-bucket', 'us-east-1');
const bytes: Promise<Uint8Array> = storage.download('key');
// @ts-expect-error no such option
new Registry({ s3Buckets: 'local' });
// @ts-expect-error a number
createServer(registry, '3000');
export { bytes, done, found, started, stopped };
`;
