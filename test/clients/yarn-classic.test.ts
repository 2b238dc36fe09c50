import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { yarnClassic, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { publish, register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let yarn: Client;
let server: RunningKontor;
let registry: string;
let token: string;

beforeAll(async () => {
  yarn = await yarnClassic();
  server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  const box = machine(registry, token);
  for (const { manifest, files } of [greetings, greeter]) {
    const folder = project(box, manifest.name, manifest, files);
    output(await yarn.run(['publish', '--non-interactive', '--access=public'], folder));
  }
});

const application = { name: 'application', version: '1.0.0', private: true };

function publishEmpty(manifest: { name: string; version: string }, box = machine(registry, token)) {
  return yarn.run(['publish', '--non-interactive'], project(box, 'package', manifest, { 'index.js': '' }));
}

describe('[P-01] yarn 1', () => {
  test('adds a scoped package with its dependency to a fresh project, and what came runs', async () => {
    const folder = project(machine(registry), 'application', application);
    output(await yarn.run(['add', '@acme/greeter'], folder));
    expect(readJson(folder.cwd, 'package.json')).toMatchObject({
      dependencies: { '@acme/greeter': '^1.0.0' },
    });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd });
    expect(said).toEqual({ code: 0, stdout: 'Hello, Anna!\n', stderr: '' });
  });

  test('refuses to publish a version again with the sentence of npmjs', async () => {
    const { code, stderr } = await publishEmpty(greetings.manifest);
    expect(code).toBe(1);
    expect(stderr).toContain('You cannot publish over the previously published versions: 1.0.0.');
  });

  test('with a token that is none is told so by the server, and nothing is published', async () => {
    const { code, stderr } = await publishEmpty(
      { name: 'nobodys', version: '1.0.0' },
      machine(registry, 'npm_garbage'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('This token is not valid');
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
  });

  test('adds, lists, installs by and removes a tag', async () => {
    const name = '@acme/tagged';
    for (const version of ['1.0.0', '2.0.0'])
      expect((await publish(server, token, name, version)).status).toBe(201);
    const box = machine(registry, token);
    output(await yarn.run(['tag', 'add', `${name}@1.0.0`, 'stable'], box));
    const listed = output(await yarn.run(['tag', 'list', name], box));
    expect(listed).toContain('info latest: 2.0.0\n');
    expect(listed).toContain('info stable: 1.0.0\n');
    const folder = project(box, 'application', application);
    output(await yarn.run(['add', `${name}@stable`], folder));
    expect(readJson(folder.cwd, `node_modules/${name}/package.json`)).toMatchObject({ version: '1.0.0' });
    output(await yarn.run(['tag', 'remove', name, 'stable'], box));
    expect(output(await yarn.run(['tag', 'list', name], box))).not.toContain('stable');
  });

  test('shows a package and its owners', async () => {
    const box = machine(registry);
    const info = output(await yarn.run(['info', '@acme/greeter', '--json'], box));
    expect(JSON.parse(info)).toMatchObject({
      data: {
        name: '@acme/greeter',
        version: '1.0.0',
        'dist-tags': { latest: '1.0.0' },
        dependencies: { greetings: '^1.0.0' },
      },
    });
    expect(output(await yarn.run(['owner', 'list', '@acme/greeter'], box))).toContain('anna');
  });

  test('names a package that is not there', async () => {
    const folder = project(machine(registry), 'application', application);
    const { code, stderr } = await yarn.run(['add', '@acme/missing'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/@acme%2fmissing.*Not found/);
  });
});
