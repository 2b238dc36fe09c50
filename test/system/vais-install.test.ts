import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { vaiscPkg } from '../setup/client-line.ts';
import { startInProcess, type InProcess } from '../setup/in-process.ts';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { askVais, publishVais, type VaisPackageWish } from '../setup/vais-packages.ts';

let server: InProcess;
let token: string;
let home: string;
let cwd: string;

beforeAll(async () => {
  server = await startInProcess({
    KONTOR_PROFILE: 'vais',
    KONTOR_REGISTRATION: 'open',
  });
  token = await register(server, 'anna');
});
afterAll(() => server.stop());
beforeEach(() => {
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), temporaryFolder('project')];
});

const pkg = (line: string, more: { cwd?: string; env?: Record<string, string>; input?: string } = {}) =>
  vaiscPkg(line, { cwd, home, ...more });
const here = () => ({ KONTOR_REGISTRY_URL: server.url });
const logIn = (user = 'anna') =>
  pkg(`login --registry ${server.url}`, { input: `${user}\na long pass phrase of ${user}\n` });
const lock = () => readFileSync(join(cwd, 'vais.lock'), 'utf8');
const archive = (name: string, version: string) => join(home, `registry/cache/${name}/${version}.tar.gz`);

async function publish(...wishes: VaisPackageWish[]): Promise<void> {
  for (const wish of wishes)
    expect(await publishVais(server, token, wish, { base: '' })).toMatchObject({ status: 200 });
}

/** A package in a folder of its own, as its author has it. */
function source(name: string, version: string, dependencies = ''): string {
  const folder = temporaryFolder(name);
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/lib.vais'), `# ${name} ${version}\n`);
  const text = `[package]\nname = "${name}"\nversion = "${version}"\n\n[dependencies]\n${dependencies}\n`;
  writeFileSync(join(folder, 'vais.toml'), text);
  return folder;
}

test('[V-22] [V-24] [V-28] [V-30] [V-31] [V-63] what is published is found, installed, locked, there offline, updated and yanked', async () => {
  expect(await logIn()).toMatchObject({ code: 0 });
  const json = source('json-parser', '1.0.0');
  expect(await pkg(`publish --registry ${server.url}`, { cwd: json })).toMatchObject({
    code: 0,
    out: expect.stringContaining(`✓ Published json-parser v1.0.0 to ${server.url}`),
  });
  expect(await pkg('search parser')).toMatchObject({ out: expect.stringContaining('json-parser v1.0.0') });

  // No line from here on says which registry: the log-in does.
  cwd = source('app', '0.1.0', 'json-parser = "^1.0.0"');
  expect(await pkg('install')).toEqual({
    code: 0,
    out: 'Installing json-parser 1.0.0...\n✓ Installed 1 package(s)\n',
    err: '',
  });
  const bytes = readFileSync(archive('json-parser', '1.0.0'));
  const { body } = await askVais(server, '/packages/json-parser/1.0.0');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(body['checksum']);
  expect(lock()).toContain(`checksum = "${String(body['checksum'])}"`);

  writeFileSync(join(json, 'vais.toml'), '[package]\nname = "json-parser"\nversion = "1.1.0"\n');
  expect(await pkg('publish', { cwd: json })).toMatchObject({ code: 0 });
  const offline = { env: { ...here(), HTTP_PROXY: 'http://127.0.0.1:9' } };
  expect(await pkg('install', offline)).toMatchObject({ code: 0 });
  expect(await pkg('install --offline', offline)).toMatchObject({ code: 0 });
  expect(await pkg('install --offline other', offline)).toMatchObject({ code: 1 });

  expect(await pkg('update')).toMatchObject({
    out: 'json-parser 1.0.0 becomes 1.1.0\n✓ Updated 1 package(s)\n',
  });
  expect(await pkg('yank json-parser@1.1.0')).toMatchObject({ code: 0 });
  rmSync(join(home, 'registry'), { recursive: true });
  expect(await pkg('install --locked')).toMatchObject({ code: 0 });
  expect(existsSync(archive('json-parser', '1.1.0'))).toBe(true);
  expect(await pkg('update')).toMatchObject({
    out: expect.stringContaining('json-parser 1.1.0 becomes 1.0.0'),
  });
  expect(await pkg('verify')).toMatchObject({ code: 0 });
});

test('[V-52] [V-57] a revoked token is told, and logging in again makes it good', async () => {
  await register(server, 'berta');
  await logIn('berta');
  const file = join(home, 'credentials.toml');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const kept = /token = "(\S+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const { body: tokens } = await askVais(server, '/auth/tokens', { token: kept });
  for (const { id } of tokens as unknown as { id: string }[]) {
    await askVais(server, `/auth/tokens/${id}`, { token: kept, method: 'DELETE' });
  }
  const folder = source('revoked', '1.0.0');
  const refused = await pkg('publish', { cwd: folder });
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/publish failed \(HTTP 401\): Invalid token/);
  expect(refused.err).toContain(`vaisc pkg login --registry ${server.url}`);
  await logIn('berta');
  expect(await pkg('publish', { cwd: folder })).toMatchObject({ code: 0 });
});

test('[V-55] what is published after the index was copied is found', async () => {
  await publish({ name: 'early' });
  expect(await pkg('install early', { env: here() })).toMatchObject({ code: 0 });
  await publish({ name: 'late' });
  expect(await pkg('install --no-offline late', { env: here() })).toMatchObject({ code: 0 });
});

test('[V-29] two projects get the same lock file, byte for byte, and keep it when newer versions come', async () => {
  await publish(
    { name: 'base' },
    { name: 'left', dependencies: { base: '^1' } },
    { name: 'right', dependencies: { base: '>=1.0.0, <2.0.0' } },
  );
  const manifest = 'left = "*"\nright = { version = "1.*" }';
  cwd = source('one', '1.0.0', manifest);
  await pkg('install', { env: here() });
  const first = lock();
  [home, cwd] = [join(temporaryFolder('home'), '.vais'), source('two', '1.0.0', manifest)];
  await pkg('install', { env: here() });
  expect(lock()).toBe(first);
  await publish({ name: 'base', version: '1.5.0' });
  rmSync(home, { recursive: true });
  await pkg('install', { env: here() });
  expect(lock()).toBe(first);
  expect(await pkg('update base', { env: here() })).toMatchObject({
    out: expect.stringMatching(/^base 1\.0\.0 becomes 1\.5\.0\n/),
  });
});

describe('[S-18] two hundred packages with diamonds', () => {
  const names = Array.from({ length: 200 }, (_, index) => `diamond-${index}`);

  beforeAll(async () => {
    const wishes = names.map((name, index) => ({
      name,
      dependencies: Object.fromEntries(
        [2 * index + 1, 2 * index + 2, index + 7]
          .filter((at) => at < 200)
          .map((at) => [`diamond-${at}`, '^1.0.0']),
      ),
    }));
    const waiting = [...wishes];
    const worker = async () => {
      for (let wish = waiting.pop(); wish !== undefined; wish = waiting.pop()) await publish(wish);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  });

  test('come, each once, and a second time from the cache; what is damaged meanwhile is mended', async () => {
    cwd = source('app', '1.0.0', 'diamond-0 = "*"');
    const { code, out } = await pkg('install --json', { env: here() });
    const { packages } = JSON.parse(out);
    expect([code, packages.length]).toEqual([0, 200]);
    expect(packages.every(({ arrival }: { arrival: string }) => arrival === 'fetched')).toBe(true);
    const first = lock();

    writeFileSync(archive('diamond-3', '1.0.0'), 'garbage');
    writeFileSync(join(home, 'registry/cache/diamond-4/1.0.0/extracted/vais.toml'), 'garbage');
    rmSync(join(home, 'registry/cache/diamond-5'), { recursive: true });
    const again = await pkg('install --json', { env: here() });
    const arrivals = JSON.parse(again.out).packages as { name: string; arrival: string }[];
    expect(
      arrivals.filter(({ arrival }) => arrival !== 'there').map(({ name, arrival }) => `${name} ${arrival}`),
    ).toEqual(['diamond-3 fetched', 'diamond-4 unpacked', 'diamond-5 fetched']);
    expect(again.err.split('\n').filter((line) => line.startsWith('warning: '))).toHaveLength(2);
    expect(lock()).toBe(first);
    expect(await pkg('cache verify')).toMatchObject({ code: 0, out: '✓ 200 cached version(s) are whole\n' });
    expect(readdirSync(join(home, 'registry/cache/.tmp'))).toEqual([]);
  });
});
