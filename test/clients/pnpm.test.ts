import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, pnpmClient, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { startKontor } from '../setup/server.ts';

let pnpm: Client;
let registry: string;
let token: string;

beforeAll(async () => {
  pnpm = await pnpmClient();
  const server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  const box = machine(registry, token);
  for (const { manifest, files } of [greetings, greeter]) {
    const folder = project(box, manifest.name, manifest, files);
    output(await pnpm.run(['publish', '--no-git-checks', '--access=public'], folder));
  }
});

const application = { name: 'application', version: '1.0.0', private: true };

describe('[P-01] pnpm', () => {
  test('installs a scoped package with its dependency into a fresh project, and what came runs', async () => {
    const folder = project(machine(registry), 'application', application);
    expect(await pnpm.run(['add', '@acme/greeter'], folder)).toMatchObject({ code: 0 });
    expect(readJson(folder.cwd, 'package.json')).toMatchObject({
      dependencies: { '@acme/greeter': '^1.0.0' },
    });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd });
    expect(said).toEqual({ code: 0, stdout: 'Hello, Anna!\n', stderr: '' });
  });

  test('installs from a lock file with an empty store', async () => {
    const box = machine(registry);
    const folder = project(box, 'application', {
      ...application,
      dependencies: { '@acme/greeter': '1.0.0' },
    });
    expect(await pnpm.run(['install'], folder)).toMatchObject({ code: 0 });
    rmSync(join(folder.cwd, 'node_modules'), { recursive: true });
    for (const kept of ['cache', 'share', 'state'])
      rmSync(join(box.home, kept), { recursive: true, force: true });
    const store = ['--store-dir', join(box.home, 'another-store')];
    expect(await pnpm.run(['install', '--frozen-lockfile', ...store], folder)).toMatchObject({ code: 0 });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), [], { cwd: folder.cwd });
    expect(said.stdout).toBe('Hello, world!\n');
  });

  test('refuses to publish a version again', async () => {
    const folder = project(machine(registry, token), 'again', greetings.manifest, { 'index.js': 'changed' });
    const { code, stdout, stderr } = await pnpm.run(['publish', '--no-git-checks', '--force'], folder);
    expect(code).not.toBe(0);
    // It breaks the server's sentence into lines of its own.
    expect((stdout + stderr).replaceAll(/[\s│]+/g, ' ')).toContain(
      'You cannot publish over the previously published versions: 1.0.0.',
    );
  });

  test('without a token publishes nothing and is told why', async () => {
    const folder = project(machine(registry), 'nobodys', { name: 'nobodys', version: '1.0.0' });
    const { code, stdout, stderr } = await pnpm.run(['publish', '--no-git-checks'], folder);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/logged in|login|token|ENEEDAUTH/i);
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
  });

  test('publishes a prerelease under a tag, and moves tags', async () => {
    const name = '@acme/previewed';
    const box = machine(registry, token);
    for (const [version, ...args] of [['1.0.0'], ['2.0.0-beta.1', '--tag', 'beta']] as const) {
      const folder = project(box, version, { name, version }, { 'index.js': '' });
      expect(await pnpm.run(['publish', '--no-git-checks', ...args], folder)).toMatchObject({ code: 0 });
    }
    expect(await pnpm.run(['dist-tag', 'add', `${name}@1.0.0`, 'stable'], box)).toMatchObject({ code: 0 });
    const listed = await pnpm.run(['dist-tag', 'ls', name], box);
    expect(listed.stdout.trim().split('\n').toSorted()).toEqual([
      'beta: 2.0.0-beta.1',
      'latest: 1.0.0',
      'stable: 1.0.0',
    ]);
    const folder = project(box, 'application', application);
    expect(await pnpm.run(['add', `${name}@beta`], folder)).toMatchObject({ code: 0 });
    expect(readJson(folder.cwd, `node_modules/${name}/package.json`)).toMatchObject({
      version: '2.0.0-beta.1',
    });
    expect(await pnpm.run(['dist-tag', 'rm', name, 'stable'], box)).toMatchObject({ code: 0 });
    expect((await fetch(`${registry}/@acme%2Fpreviewed/stable`)).status).toBe(404);
  });

  test('shows a package and who I am', async () => {
    const box = machine(registry, token);
    const view = await pnpm.run(['view', '@acme/greeter', '--json'], box);
    expect(JSON.parse(view.stdout)).toMatchObject({
      name: '@acme/greeter',
      version: '1.0.0',
      dependencies: { greetings: '^1.0.0' },
    });
    expect(await pnpm.run(['whoami'], box)).toMatchObject({ code: 0, stdout: 'anna\n' });
  });

  test('installs what npm has published', async () => {
    const npm = await npmClient();
    const manifest = { name: '@acme/from-npm', version: '1.0.0', main: 'index.js' };
    const theirs = project(machine(registry, token), 'from-npm', manifest, {
      'index.js': 'module.exports = "npm";',
    });
    expect(await npm.run(['publish'], theirs)).toMatchObject({ code: 0 });
    const folder = project(machine(registry), 'application', application);
    expect(await pnpm.run(['add', manifest.name], folder)).toMatchObject({ code: 0 });
    const said = await run(process.execPath, ['-p', `require('${manifest.name}')`], { cwd: folder.cwd });
    expect(said.stdout).toBe('npm\n');
  });
});
