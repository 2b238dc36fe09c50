import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../setup/resources.ts';
import { freePort } from '../setup/ports.ts';
import { run } from '../setup/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
const hasMake = spawnSync('make', ['--version']).status === 0;

/** A copy of the clone that may be broken: the given files and folders, with the installed packages. */
function copy(...files: string[]): string {
  const folder = temporaryFolder('copy');
  for (const file of ['Makefile', 'package.json', '.gitignore', ...files]) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** A PATH on which there is make and a shell, but no npm. */
function withMakeOnly(): string {
  const folder = temporaryFolder('path');
  for (const command of ['make', 'sh']) symlinkSync(realPathOf(command), join(folder, command));
  return folder;
}

function realPathOf(command: string): string {
  return spawnSync('/bin/sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
}

function make(cwd: string, target: string, env: Record<string, string> = {}) {
  const home = temporaryFolder('home');
  return run('make', [target], {
    cwd,
    env: { PATH, HOME: home, npm_config_update_notifier: 'false', ...env },
  });
}

/** A server on loopback for one test; resolves to its URL. */
async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

describe.skipIf(!hasMake)('the Makefile', () => {
  test.for([
    ['dev', 'npm run dev'],
    ['test', 'npm run test'],
    ['api-test', 'npm run test:api'],
    ['test-coverage', 'npm run test:coverage'],
    ['fmt', 'npm run fmt'],
    ['lint', 'npm run lint'],
    ['clippy', 'npm run lint'],
    ['build', 'npm run build'],
    ['clean', 'npm run clean'],
  ] as const)('[S-76] [S-77] `make %s` runs `%s`, which package.json has', async ([target, command]) => {
    const { code, stdout } = await run('make', ['-n', target], { cwd: root });
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(command);
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(Object.keys(scripts)).toContain(command.slice('npm run '.length));
  });

  test('`make setup` installs what the lock file says, and ends with `ready`', async () => {
    const { stdout } = await run('make', ['-n', 'setup'], { cwd: root });
    expect(stdout.trim().split('\n').slice(-2)).toEqual(['npm ci', 'echo ready']);
    const none = await run('make', ['setup'], { cwd: root, env: { PATH: withMakeOnly() } });
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain('needs npm');
  });

  test('[S-78] `make test-coverage` prints a figure', async () => {
    const script = 'npm run test:coverage -- src/registry/keys --coverage.include=src/kernel/digest.ts';
    const folder = temporaryFolder('coverage');
    const result = await run('/bin/sh', ['-c', `${script} --coverage.reportsDirectory='${folder}'`], {
      cwd: root,
      env: { PATH, HOME: folder },
    });
    expect(result.stdout).toMatch(/Lines\s*:\s*\d+(\.\d+)?%/);
    expect(result.code).toBe(0);
  });

  test('[S-79] `make lint` and `make clippy` exit non-zero on a planted fault, and zero without', async () => {
    const folder = copy('.oxlintrc.json', 'tsconfig.json');
    const file = join(folder, 'planted.ts');
    writeFileSync(file, 'export const planted = (value: number) => value === 1;\n');
    expect((await make(folder, 'lint')).code).toBe(0);
    writeFileSync(file, 'export const planted = (value: number) => value == 1;\n');
    expect((await make(folder, 'lint')).code).not.toBe(0);
    expect((await make(folder, 'clippy')).code).not.toBe(0);
  });

  test('[S-79] `make fmt` formats, and exits non-zero on a file that it cannot read', async () => {
    const folder = copy('.prettierrc.json', '.prettierignore');
    const file = join(folder, 'planted.ts');
    writeFileSync(file, 'export  const a = {b:"c"}');
    expect((await make(folder, 'fmt')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe("export const a = { b: 'c' };\n");
    writeFileSync(file, 'export const = ;');
    expect((await make(folder, 'fmt')).code).not.toBe(0);
  });

  test('[S-80] `make audit` exits non-zero on a planted advisory, and zero without', async () => {
    let advisories: unknown = {};
    const registry = await listen((request, response) => {
      request.resume();
      if (request.method === 'POST') response.end(JSON.stringify(advisories));
      else response.writeHead(404).end('{}');
    });
    const folder = copy('package-lock.json');
    const env = { npm_config_registry: registry, npm_config_fetch_retries: '0' };
    expect((await make(folder, 'audit', env)).code).toBe(0);
    advisories = {
      fastify: [
        { id: 1, url: `${registry}/1`, title: 'Planted', severity: 'high', vulnerable_versions: '*' },
      ],
    };
    const found = await make(folder, 'audit', env);
    expect(found.code).not.toBe(0);
    expect(found.stdout).toContain('Planted');
  });

  test('[S-81] `make build` and `make clean` leave the tree as it was cloned', async () => {
    const folder = copy('src', 'tsconfig.json', 'tsconfig.build.json');
    const before = readdirSync(folder).toSorted();
    const built = await make(folder, 'build');
    expect(built.code === 0 ? '' : built.stdout + built.stderr).toBe('');
    expect(existsSync(join(folder, 'dist/cli/main.js'))).toBe(true);
    expect((await make(folder, 'clean')).code).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(before);
  });

  test('[S-82] `make health` is zero when the server answers, non-zero when it does not or says no', async () => {
    let status = 200;
    const url = await listen((_request, response) => response.writeHead(status).end('{"status":"ok"}'));
    expect((await make(root, 'health', { KONTOR_URL: url })).code).toBe(0);
    status = 503;
    expect((await make(root, 'health', { KONTOR_URL: url })).code).not.toBe(0);
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect((await make(root, 'health', { KONTOR_URL: nobody })).code).not.toBe(0);
  });
});
