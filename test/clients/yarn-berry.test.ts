import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { yarnBerry, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { publish as publishByHand, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let yarn: Client;
let server: RunningKontor;
let registry: string;
let token: string;

beforeAll(async () => {
  yarn = await yarnBerry();
  server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  for (const { manifest, files } of [greetings, greeter]) output(await publish(manifest, files));
});

const application = { name: 'application', version: '1.0.0', private: true };

/** It publishes only what it has installed. */
async function publish(
  manifest: { name: string; version: string },
  files: Record<string, string> = { 'index.js': '' },
  box = machine(registry, token),
) {
  const folder = project(box, manifest.name, manifest, files);
  output(await yarn.run(['install'], folder));
  return yarn.run(['npm', 'publish', '--access=public'], folder);
}

describe('[P-01] yarn 4', () => {
  test('adds a scoped package with its dependency to a fresh project, and what came runs', async () => {
    const folder = project(machine(registry), 'application', application);
    output(await yarn.run(['add', '@acme/greeter'], folder));
    expect(readJson(folder.cwd, 'package.json')).toMatchObject({
      dependencies: { '@acme/greeter': '^1.0.0' },
    });
    expect(await yarn.run(['run', 'greet', 'Anna'], folder)).toMatchObject({
      code: 0,
      stdout: 'Hello, Anna!\n',
    });
    // It builds the address of a tarball itself, with an encoded slash, and notes down only what differs from that.
    expect(readFileSync(join(folder.cwd, 'yarn.lock'), 'utf8')).not.toContain('__archiveUrl');
    const tarball = await fetch(`${registry}/@acme%2fgreeter/-/greeter-1.0.0.tgz`);
    expect(tarball.status).toBe(200);
    await tarball.body?.cancel();
  });

  test('refuses to publish a version again with the sentence of npmjs', async () => {
    const { code, stdout } = await publish({ ...greetings.manifest });
    expect(code).toBe(1);
    expect(stdout).toContain('You cannot publish over the previously published versions: 1.0.0.');
  });

  test('with a token that is none is told so, and nothing is published', async () => {
    const manifest = { name: 'nobodys', version: '1.0.0' };
    const { code, stdout } = await publish(manifest, {}, machine(registry, 'npm_garbage'));
    expect(code).toBe(1);
    expect(stdout).toContain('Invalid authentication');
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
  });

  test('adds, lists, installs by and removes a tag', async () => {
    const name = '@acme/tagged';
    for (const version of ['1.0.0', '2.0.0'])
      expect((await publishByHand(server, token, name, version)).status).toBe(201);
    const folder = project(machine(registry, token), 'application', application);
    output(await yarn.run(['npm', 'tag', 'add', `${name}@1.0.0`, 'stable'], folder));
    const listed = output(await yarn.run(['npm', 'tag', 'list', name], folder));
    expect(listed).toContain(`${name}@latest → 2.0.0\n`);
    expect(listed).toContain(`${name}@stable → 1.0.0\n`);
    output(await yarn.run(['add', `${name}@stable`], folder));
    const installed = output(
      await yarn.run(['node', '-p', `require('${name}/package.json').version`], folder),
    );
    expect(installed).toBe('1.0.0\n');
    output(await yarn.run(['npm', 'tag', 'remove', name, 'stable'], folder));
    expect(output(await yarn.run(['npm', 'tag', 'list', name], folder))).not.toContain('stable');
  });

  test('shows a package and who I am', async () => {
    const folder = project(machine(registry, token), 'application', application);
    const info = output(await yarn.run(['npm', 'info', '@acme/greeter', '--json'], folder));
    expect(JSON.parse(info)).toMatchObject({
      name: '@acme/greeter',
      version: '1.0.0',
      'dist-tags': { latest: '1.0.0' },
      dependencies: { greetings: '^1.0.0' },
      time: { '1.0.0': expect.stringMatching(/^\d{4}-/) },
    });
    expect(output(await yarn.run(['npm', 'whoami'], folder))).toContain('anna');
  });

  test('passes over a version that is younger than its age gate allows', async () => {
    const folder = project(machine(registry), 'application', application);
    const env = { ...folder.env, YARN_NPM_MINIMAL_AGE_GATE: '1d' };
    const { code, stdout } = await yarn.run(['add', 'greetings@1.0.0'], { ...folder, env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/quarantine/);
  });

  test('names a package that is not there', async () => {
    const folder = project(machine(registry), 'application', application);
    const { code, stdout } = await yarn.run(['add', '@acme/missing'], folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(/@acme\/missing/);
    expect(stdout).toMatch(/not found|404/i);
  });
});
