import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, pnpmClient, type Client } from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let registry: string;
let token: string;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  const box = machine(registry, token);
  for (const { manifest, files } of [greetings, greeter]) {
    const folder = project(box, manifest.name, manifest, files);
    output(await npm.run(['publish', '--access=public'], folder));
  }
});

const application = { name: 'application', version: '1.0.0', private: true };

/** Publishes one version of a package that has no more than its name. */
async function publishEmpty(manifest: { name: string; version: string }, ...args: string[]) {
  const folder = project(machine(registry, token), 'package', manifest, { 'index.js': '' });
  return npm.run(['publish', ...args], folder);
}

describe('[P-01] npm', () => {
  test('installs a scoped package with its dependency into a fresh project, and what came runs', async () => {
    const folder = project(machine(registry), 'application', application);
    expect(await npm.run(['install', '@acme/greeter'], folder)).toMatchObject({ code: 0 });
    expect(readJson(folder.cwd, 'package.json')).toMatchObject({
      dependencies: { '@acme/greeter': '^1.0.0' },
    });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd });
    expect(said).toEqual({ code: 0, stdout: 'Hello, Anna!\n', stderr: '' });
  });

  test('installs from a lock file with an empty cache, every file checked against its integrity', async () => {
    const box = machine(registry);
    const folder = project(box, 'application', {
      ...application,
      dependencies: { '@acme/greeter': '1.0.0' },
    });
    expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
    const { packages } = readJson(folder.cwd, 'package-lock.json') as { packages: Record<string, object> };
    expect(packages['node_modules/@acme/greeter']).toMatchObject({
      resolved: `${registry}/@acme/greeter/-/greeter-1.0.0.tgz`,
      integrity: expect.stringMatching(/^sha512-/),
    });
    rmSync(join(folder.cwd, 'node_modules'), { recursive: true });
    rmSync(join(box.home, 'npm-cache'), { recursive: true });
    expect(await npm.run(['ci'], folder)).toMatchObject({ code: 0 });
    const said = await run(join(folder.cwd, 'node_modules/.bin/greet'), [], { cwd: folder.cwd });
    expect(said.stdout).toBe('Hello, world!\n');
  });

  test('refuses to publish a version again with the sentence of npmjs', async () => {
    const folder = project(machine(registry, token), 'again', greetings.manifest, { 'index.js': 'changed' });
    const { code, stderr } = await npm.run(['publish'], folder);
    expect(code).toBe(1);
    expect(stderr).toContain('You cannot publish over the previously published versions: 1.0.0.');
  });

  test('without a token is told how to get one, and nothing is published', async () => {
    const manifest = { name: 'nobodys', version: '1.0.0' };
    const { code, stderr } = await npm.run(['publish'], project(machine(registry), 'nobodys', manifest));
    expect(code).toBe(1);
    expect(stderr).toMatch(/ENEEDAUTH|npm adduser|npm login/);
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
  });

  test('with a token that is none is told so by the server, and nothing is published', async () => {
    const manifest = { name: 'nobodys', version: '1.0.0' };
    const box = machine(registry, 'npm_garbage');
    const { code, stderr } = await npm.run(['publish'], project(box, 'nobodys', manifest));
    expect(code).toBe(1);
    expect(stderr).toMatch(/E401/);
    expect(stderr).toMatch(/token/);
    expect((await fetch(`${registry}/nobodys`)).status).toBe(404);
  });

  test('may not publish to what belongs to another user, and is told whose it is not', async () => {
    const box = machine(registry, await register(server, 'mallory'));
    const manifest = { ...greetings.manifest, version: '6.6.6' };
    const { code, stderr } = await npm.run(['publish'], project(box, 'taken', manifest));
    expect(code).toBe(1);
    expect(stderr).toMatch(/E403/);
    expect(stderr).toMatch(/greetings/);
    expect((await fetch(`${registry}/greetings/6.6.6`)).status).toBe(404);
  });

  test('adds, lists, installs by and removes a tag', async () => {
    const name = 'tagged';
    for (const version of ['1.0.0', '2.0.0'])
      expect(await publishEmpty({ name, version })).toMatchObject({ code: 0 });
    const box = machine(registry, token);
    expect(await npm.run(['dist-tag', 'add', `${name}@1.0.0`, 'stable'], box)).toMatchObject({
      code: 0,
      stdout: `+stable: ${name}@1.0.0\n`,
    });
    const listed = await npm.run(['dist-tag', 'ls', name], box);
    expect(listed.stdout.trim().split('\n').toSorted()).toEqual(['latest: 2.0.0', 'stable: 1.0.0']);
    const folder = project(box, 'application', application);
    expect(await npm.run(['install', `${name}@stable`], folder)).toMatchObject({ code: 0 });
    expect(readJson(folder.cwd, `node_modules/${name}/package.json`)).toMatchObject({ version: '1.0.0' });
    expect(await npm.run(['dist-tag', 'rm', name, 'stable'], box)).toMatchObject({
      code: 0,
      stdout: `-stable: ${name}@1.0.0\n`,
    });
    const gone = await npm.run(['view', `${name}@stable`], box);
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('E404') });
  });

  test('publishes a prerelease under a tag, which nobody gets who does not ask for it', async () => {
    const name = 'previewed';
    expect(await publishEmpty({ name, version: '1.0.0' })).toMatchObject({ code: 0 });
    expect(await publishEmpty({ name, version: '2.0.0-beta.1' }, '--tag', 'beta')).toMatchObject({ code: 0 });
    for (const [spec, version] of [
      [name, '1.0.0'],
      [`${name}@beta`, '2.0.0-beta.1'],
    ]) {
      const folder = project(machine(registry), 'application', application);
      expect(await npm.run(['install', String(spec)], folder)).toMatchObject({ code: 0 });
      expect(readJson(folder.cwd, `node_modules/${name}/package.json`)).toMatchObject({ version });
    }
  });

  test('shows a package, who I am, and that the registry lives', async () => {
    const box = machine(registry, token);
    const view = await npm.run(['view', '@acme/greeter', '--json'], box);
    expect(JSON.parse(view.stdout)).toMatchObject({
      name: '@acme/greeter',
      version: '1.0.0',
      'dist-tags': { latest: '1.0.0' },
      versions: ['1.0.0'],
      dependencies: { greetings: '^1.0.0' },
      bin: { greet: 'greet.js' },
      maintainers: [{ name: 'anna' }],
    });
    expect((await npm.run(['view', 'greetings', 'readme'], box)).stdout).toContain('Greets people.');
    expect(await npm.run(['whoami'], box)).toMatchObject({ code: 0, stdout: 'anna\n' });
    expect(await npm.run(['ping'], box)).toMatchObject({ code: 0, stderr: expect.stringContaining('PONG') });
  });

  test('names a package that is not there', async () => {
    const folder = project(machine(registry), 'application', application);
    const { code, stderr } = await npm.run(['install', '@acme/missing'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/E404/);
    expect(stderr).toContain('@acme/missing');
  });

  test('installs what pnpm has published', async () => {
    const pnpm = await pnpmClient();
    const manifest = { name: '@acme/from-pnpm', version: '1.0.0', main: 'index.js' };
    const theirs = project(machine(registry, token), 'from-pnpm', manifest, {
      'index.js': 'module.exports = "pnpm";',
    });
    expect(await pnpm.run(['publish', '--no-git-checks'], theirs)).toMatchObject({ code: 0 });
    const folder = project(machine(registry), 'application', application);
    expect(await npm.run(['install', manifest.name], folder)).toMatchObject({ code: 0 });
    const said = await run(process.execPath, ['-p', `require('${manifest.name}')`], { cwd: folder.cwd });
    expect(said.stdout).toBe('pnpm\n');
  });
});

test('the signature of a published version verifies with the key that the registry shows', async () => {
  const { dist } = (await (await fetch(`${registry}/@acme%2fgreeter/1.0.0`)).json()) as {
    dist: { integrity: string; signatures: { keyid: string; sig: string }[] };
  };
  const { keys } = (await (await fetch(`${registry}/-/npm/v1/keys`)).json()) as {
    keys: { keyid: string; key: string; keytype: string; scheme: string }[];
  };
  const [signature] = dist.signatures;
  const key = keys.find(({ keyid }) => keyid === signature?.keyid);
  expect(key).toMatchObject({ keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256' });
  const publicKey = createPublicKey({
    key: Buffer.from(key?.key ?? '', 'base64'),
    format: 'der',
    type: 'spki',
  });
  const genuine = (text: string) =>
    verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature?.sig ?? '', 'base64'));
  expect(genuine(`@acme/greeter@1.0.0:${dist.integrity}`)).toBe(true);
  expect(genuine(`@acme/greeter@1.0.1:${dist.integrity}`)).toBe(false);
});

test("npm's own library finds the signature genuine, and a version without one of these keys not", async () => {
  const box = machine(registry);
  // `npm audit signatures` asks a trust root on the internet first; this is the check that it makes of each package.
  const script = `
    const [pacote, registry, key] = process.argv.slice(2);
    const { default: { manifest } } = await import(pacote);
    const keys = (await (await fetch(registry + '/-/npm/v1/keys')).json()).keys
      .map((k) => ({ ...k, pemkey: '-----BEGIN PUBLIC KEY-----\\n' + (key || k.key) + '\\n-----END PUBLIC KEY-----' }));
    const options = { registry, verifySignatures: true, fullMetadata: true, cache: process.env.npm_config_cache };
    options[registry.replace('http:', '') + ':_keys'] = keys;
    const { _signatures } = await manifest('@acme/greeter@1.0.0', options);
    console.log(_signatures.length, 'genuine');
  `;
  const pacote = join(dirname(npm.prefix[0] ?? ''), '../node_modules/pacote/lib/index.js');
  const check = (key = '') =>
    run(process.execPath, ['--input-type=module', '-e', script, '-', pacote, registry, key], box);
  expect(await check()).toEqual({ code: 0, stdout: '1 genuine\n', stderr: '' });
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const another = await check(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
  expect(another).toMatchObject({ code: 1, stderr: expect.stringContaining('EINTEGRITYSIGNATURE') });
});
