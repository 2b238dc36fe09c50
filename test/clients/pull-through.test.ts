import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, pnpmClient, type Client, type Sandbox } from '../setup/clients.ts';
import { freePort } from '../setup/ports.ts';
import { greeter, greetings, machine, output, project, type Sample } from '../setup/projects.ts';
import { loggingProxy, type LoggingProxy } from '../setup/proxy.ts';
import { packageUrl, register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let pnpm: Client;
beforeAll(async () => {
  [npm, pnpm] = await Promise.all([npmClient(), pnpmClient()]);
});

/** A package of our own that needs `@acme/greeter`, which needs `greetings`: both are only upstream. */
const own: Sample = {
  manifest: {
    name: '@own/tool',
    version: '1.0.0',
    bin: { tool: 'tool.js' },
    dependencies: { '@acme/greeter': '^1.0.0' },
  },
  files: { 'tool.js': "#!/usr/bin/env node\nrequire('@acme/greeter/greet.js');\n" },
};
const application = {
  name: 'application',
  version: '1.0.0',
  private: true,
  dependencies: { '@own/tool': '^1.0.0' },
};

interface World {
  upstream: RunningKontor;
  /** Between the two: sees what is asked of the upstream. */
  proxy: LoggingProxy;
  front: RunningKontor;
  /** Of the front server, as is the token. */
  registry: string;
  token: string;
}

async function world(): Promise<World> {
  const upstream = await startKontor();
  await publishAll(upstream, await register(upstream, 'stranger'), [greetings, greeter]);
  const proxy = await loggingProxy(upstream.port);
  const front = await startKontor({ env: { KONTOR_NPM_UPSTREAM: `${proxy.url}/npm` } });
  const token = await register(front, 'anna');
  return { upstream, proxy, front, registry: `${front.url}/npm`, token };
}

async function publishAll(server: RunningKontor, token: string, all: Sample[]): Promise<void> {
  const box = machine(`${server.url}/npm`, token);
  for (const { manifest, files } of all) {
    const folder = project(box, manifest.name, manifest, files);
    output(await pnpm.run(['publish', '--no-git-checks', '--access=public'], folder));
  }
}

/** As on a machine that has never installed anything. */
function wipe(box: Sandbox, cwd: string, ...also: string[]): void {
  for (const name of ['node_modules', ...also]) rmSync(join(cwd, name), { recursive: true, force: true });
  rmSync(join(box.home, 'npm-cache'), { recursive: true, force: true });
}

async function toolSays(cwd: string): Promise<string> {
  return output(await run(join(cwd, 'node_modules/.bin/tool'), [], { cwd }));
}

describe('what is not here comes from the registry upstream', () => {
  test('an own package installs with what it needs from upstream, and again when the upstream is gone', async () => {
    const { upstream, proxy, front, registry, token } = await world();
    await publishAll(front, token, [own]);
    proxy.requests.length = 0;
    const box = machine(registry);
    const folder = project(box, 'application', application);
    expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
    expect(await toolSays(folder.cwd)).toBe('Hello, world!\n');
    // One request for each document and file, and none that would tell the upstream what is ours.
    expect(proxy.requests.toSorted()).toEqual([
      'GET /npm/@acme%2fgreeter',
      'GET /npm/@acme/greeter/-/greeter-1.0.0.tgz',
      'GET /npm/greetings',
      'GET /npm/greetings/-/greetings-1.0.0.tgz',
    ]);

    await upstream.kill9();
    await front.kill9();
    await startKontor({
      data: front.data,
      port: front.port,
      env: { KONTOR_NPM_UPSTREAM: `${proxy.url}/npm` },
    });
    proxy.requests.length = 0;
    wipe(box, folder.cwd);
    expect(await npm.run(['ci'], folder)).toMatchObject({ code: 0 });
    expect(await toolSays(folder.cwd)).toBe('Hello, world!\n');
    wipe(box, folder.cwd, 'package-lock.json');
    expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
    expect(await toolSays(folder.cwd)).toBe('Hello, world!\n');
    expect(proxy.requests).toEqual([]);
  });

  test('pnpm installs through it too, from an upstream that is then gone', async () => {
    const { upstream, front, registry, token } = await world();
    await publishAll(front, token, [own]);
    const warm = project(machine(registry), 'application', application);
    expect(await pnpm.run(['install'], warm)).toMatchObject({ code: 0 });
    await upstream.kill9();
    const folder = project(machine(registry), 'application', application);
    expect(await pnpm.run(['install'], folder)).toMatchObject({ code: 0 });
    expect(await toolSays(folder.cwd)).toBe('Hello, world!\n');
  });

  test('a package that never came fails with a sentence when the upstream is gone, and an own one does not', async () => {
    const { upstream, front, registry, token } = await world();
    await publishAll(front, token, [
      { manifest: { ...greetings.manifest, name: 'alone' }, files: greetings.files },
    ]);
    await upstream.kill9();
    const answer = await fetch(packageUrl(front, 'greetings'));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: expect.stringMatching(/upstream .* Try again later/),
    });
    const folder = project(machine(registry), 'application', { name: 'application', version: '1.0.0' });
    expect(await npm.run(['install', 'alone'], folder)).toMatchObject({ code: 0 });
  });

  test('a name that came from upstream cannot be published here, and the upstream package stays', async () => {
    const { front, registry, token } = await world();
    expect((await fetch(`${registry}/greetings/-/greetings-1.0.0.tgz`)).status).toBe(200);
    const manifest = { ...greetings.manifest, version: '9.9.9' };
    const folder = project(machine(registry, token), 'taken', manifest, greetings.files);
    const { code, stderr } = await npm.run(['publish'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The name greetings belongs to a package of the upstream registry/);
    const packument = (await (await fetch(packageUrl(front, 'greetings'))).json()) as { versions: object };
    expect(Object.keys(packument.versions)).toEqual(['1.0.0']);
  });

  test('a tarball that was changed on the way is refused and not stored; the whole one then comes', async () => {
    const { front, proxy, registry } = await world();
    proxy.tamper = (path, body) => {
      if (!path.endsWith('.tgz')) return body;
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(changed.length - 9) ^ 1, changed.length - 9);
      return changed;
    };
    const folder = project(machine(registry), 'application', { name: 'application', version: '1.0.0' });
    const { code, stderr } = await npm.run(['install', 'greetings'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/502|sent a wrong greetings-1\.0\.0\.tgz/);
    const answer = await fetch(`${registry}/greetings/-/greetings-1.0.0.tgz`);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      error: expect.stringMatching(/wrong greetings-1\.0\.0\.tgz of greetings: .*It was not stored\./),
    });
    const report = await kontor(['verify', '--json'], { env: { KONTOR_DATA: front.data } });
    expect(JSON.parse(report.stdout)).toMatchObject({ clean: true, blobs: 0, orphans: 0 });

    proxy.tamper = (_path, body) => body;
    expect(await npm.run(['install', 'greetings'], folder)).toMatchObject({ code: 0 });
  });
});

describe('a server whose upstream is itself does not ask in a circle', () => {
  test('when its own address is set', async () => {
    const port = await freePort();
    const server = await startKontor({
      port,
      env: { KONTOR_NPM_UPSTREAM: `http://localhost:${port}/npm/` },
    });
    const answer = await fetch(packageUrl(server, 'missing'));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: 'Not found' });
    await expect.poll(() => server.logs()).toMatch(/upstream .+ of registry npm is this server itself/);
  });

  test('when something in front of it leads back to it', async () => {
    const port = await freePort();
    const proxy = await loggingProxy(port);
    const server = await startKontor({ port, env: { KONTOR_NPM_UPSTREAM: `${proxy.url}/npm` } });
    expect((await fetch(packageUrl(server, 'missing'))).status).toBe(404);
    expect(proxy.requests).toEqual(['GET /npm/missing']);
  });
});
