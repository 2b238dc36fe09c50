import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { npmClient, sandbox, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** `#!/usr/bin/env node` must find the Node that runs the tests. */
const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;

let npm: Client;
/** What `npm pack` put into the archive. */
let files: string[];
/** An empty project in which the archive has been installed; `.bin/kontor` of it. */
let command: string;

beforeAll(async () => {
  npm = await npmClient();
  const packed = await pack();
  files = packed.files;
  command = await install(packed.archive);
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
  const args = [...npm.prefix, 'install', archive, '--omit=dev', '--no-audit', '--no-fund'];
  await promisify(execFile)(npm.command, args, { cwd: folder, maxBuffer: 2 ** 26 });
  return join(folder, 'node_modules/.bin/kontor');
}

async function kontorDoes(args: string[], server?: RunningKontor): Promise<string> {
  const env = { PATH, ...(server && { KONTOR_DATA: server.data }) };
  return output(await run(command, args, { cwd: temporaryFolder('cwd'), env }));
}

test('the package holds compiled code, licence and changes, and neither sources nor tests', () => {
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'LICENSE', 'CHANGELOG.md', 'dist/cli/main.js']),
  );
  expect(files.filter((file) => /(^|\/)(src|test)\/|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('the installed command tells its version', async () => {
  expect(await kontorDoes(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
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
