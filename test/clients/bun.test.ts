import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bunClient, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { startKontor } from '../setup/server.ts';

let bun: Client;
let registry: string;
let token: string;

beforeAll(async () => {
  bun = await bunClient();
  const server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  const box = machine(registry, token);
  for (const { manifest, files } of [greetings, greeter]) {
    const folder = project(box, manifest.name, manifest, files);
    output(await bun.run(['publish', '--access=public'], folder));
  }
});

const application = { name: 'application', version: '1.0.0', private: true };

function publishEmpty(manifest: { name: string; version: string }, box = machine(registry, token)) {
  return bun.run(['publish'], project(box, 'package', manifest, { 'index.js': '' }));
}

describe('[P-01] bun', () => {
  test('adds a scoped package with its dependency to a fresh project, and what came runs', async () => {
    const folder = project(machine(registry), 'application', application);
    output(await bun.run(['add', '@acme/greeter'], folder));
    expect(readJson(folder.cwd, 'package.json')).toMatchObject({
      dependencies: { '@acme/greeter': '^1.0.0' },
    });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd });
    expect(said).toEqual({ code: 0, stdout: 'Hello, Anna!\n', stderr: '' });
  });

  test('takes registry and token from a bunfig.toml', async () => {
    const bunfig = `[install]\nregistry = { url = "${registry}/", token = "${token}" }\n`;
    const manifest = { name: 'by-bunfig', version: '1.0.0' };
    const files = { 'bunfig.toml': bunfig, 'index.js': '' };
    output(await bun.run(['publish'], project(machine('http://127.0.0.1:9'), 'package', manifest, files)));
    expect((await fetch(`${registry}/by-bunfig/1.0.0`)).status).toBe(200);
  });

  test('refuses to publish a version again with the sentence of npmjs', async () => {
    const { code, stderr } = await publishEmpty(greetings.manifest);
    expect(code).toBe(1);
    expect(stderr).toContain('403 Forbidden');
    expect(stderr).toContain('You cannot publish over the previously published versions: 1.0.0.');
  });

  test('with a token that is none is told so by the server, and nothing is published', async () => {
    const box = machine(registry, 'npm_garbage');
    const { code, stderr } = await publishEmpty({ name: 'nobodys', version: '1.0.0' }, box);
    expect(code).toBe(1);
    expect(stderr).toContain('This token is not valid');
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
    const whoami = await bun.run(['pm', 'whoami'], project(box, 'application', application));
    expect(whoami.code).toBe(1);
    expect(whoami.stderr).toContain('This token is not valid');
  });

  test('publishes a prerelease under a tag, and installs by it', async () => {
    const name = '@acme/previewed';
    const box = machine(registry, token);
    for (const [version, ...args] of [['1.0.0'], ['2.0.0-beta.1', '--tag', 'beta']] as const) {
      const folder = project(box, version, { name, version }, { 'index.js': '' });
      output(await bun.run(['publish', ...args], folder));
    }
    for (const [spec, version] of [
      [name, '1.0.0'],
      [`${name}@beta`, '2.0.0-beta.1'],
    ] as const) {
      const folder = project(machine(registry, token), 'application', application);
      output(await bun.run(['add', spec], folder));
      expect(readJson(folder.cwd, `node_modules/${name}/package.json`)).toMatchObject({ version });
    }
  });

  test('shows a package, its tags and who I am', async () => {
    const folder = project(machine(registry, token), 'application', application);
    const info = output(await bun.run(['info', '@acme/greeter', '--json'], folder));
    expect(JSON.parse(info)).toMatchObject({
      name: '@acme/greeter',
      version: '1.0.0',
      dependencies: { greetings: '^1.0.0' },
    });
    const tags = output(await bun.run(['info', '@acme/greeter', 'dist-tags', '--json'], folder));
    expect(JSON.parse(tags)).toEqual({ latest: '1.0.0' });
    expect(output(await bun.run(['pm', 'whoami'], folder))).toBe('anna\n');
  });

  test('names a package that is not there', async () => {
    const folder = project(machine(registry), 'application', application);
    const { code, stderr } = await bun.run(['add', '@acme/missing'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/@acme(\/|%2f)missing.*404/s);
  });
});
