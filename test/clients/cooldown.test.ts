import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npmClient, pnpmClient, yarnBerry, type Client, type Sandbox } from '../setup/clients.ts';
import { machine, project } from '../setup/projects.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { realPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const application = {
  name: 'application',
  version: '1.0.0',
  private: true,
  dependencies: { left: '^1.0.0' },
};

let upstream: ScriptedUpstream;
let server: RunningKontor;
let npm: Client;
let pnpm: Client;
let yarn: Client;
beforeAll(async () => {
  [npm, pnpm, yarn] = await Promise.all([npmClient(), pnpmClient(), yarnBerry()]);
  upstream = await scriptedUpstream(() => undefined);
  const { url } = upstream;
  upstream.script = serves(
    await realPackage('left', ['1.0.0', '1.1.0', '1.2.0'], url, {
      time: { '1.0.0': ago(1000), '1.1.0': ago(200), '1.2.0': ago(2) },
    }),
    await realPackage('fresh', ['1.0.0'], url, { time: { '1.0.0': ago(1) } }),
  );
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: url } });
});
afterAll(() => upstream.close());

const command = async (...args: string[]) => {
  expect(await kontor(args, { env: { KONTOR_DATA: server.data } })).toMatchObject({ code: 0 });
};
const cooldown = (age: string) => command('registry', 'set', 'npm', '--cooldown', age);
const fresh = () => {
  const box = machine(`${server.url}/npm`);
  return { box, folder: project(box, 'application', application) };
};
const installed = (cwd: string, name = 'left') =>
  (JSON.parse(readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;
/** As on a machine that has never installed anything. */
const wipe = (box: Sandbox, cwd: string, ...also: string[]) => {
  for (const name of ['node_modules', ...also]) rmSync(join(cwd, name), { recursive: true, force: true });
  rmSync(join(box.home, 'npm-cache'), { recursive: true, force: true });
};

/** What each client puts into a project that has nothing yet. */
const install = async () => {
  const versions: string[] = [];
  for (const client of [npm, pnpm, yarn]) {
    const { folder } = fresh();
    // It has a cooldown of its own.
    const env = { ...folder.env, YARN_NPM_MINIMAL_AGE_GATE: '0', YARN_NODE_LINKER: 'node-modules' };
    const result = await client.run(['install'], { ...folder, env });
    expect(result).toMatchObject({ code: 0 });
    versions.push(installed(folder.cwd));
  }
  return versions;
};

test('npm, pnpm and yarn resolve to the older version under a cooldown, and to the young one without', async () => {
  await cooldown('72h');
  expect(await install()).toEqual(['1.1.0', '1.1.0', '1.1.0']);
  await cooldown('off');
  expect(await install()).toEqual(['1.2.0', '1.2.0', '1.2.0']);
});

test('npm latest and dist-tags follow', async () => {
  await cooldown('72h');
  const { folder } = fresh();
  expect(await npm.run(['view', 'left', 'dist-tags.latest'], folder)).toMatchObject({ stdout: '1.1.0\n' });
  expect(await npm.run(['install', 'left@latest'], folder)).toMatchObject({ code: 0 });
  expect(installed(folder.cwd)).toBe('1.1.0');
  await cooldown('off');
});

test('a lock file that names a young version makes npm ci print the sentence', async () => {
  const { box, folder } = fresh();
  await cooldown('off');
  expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
  expect(installed(folder.cwd)).toBe('1.2.0');
  await cooldown('72h');
  wipe(box, folder.cwd);
  const refused = await npm.run(['ci'], folder);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(
    /403 .*left@1\.2\.0 is held back by the cooldown of this registry until .+ 72 hours/,
  );
  expect(await npm.run(['install', 'fresh'], folder)).toMatchObject({
    stderr: expect.stringMatching(
      /403 .*All versions of fresh are hidden here, and the newest, 1\.0\.0, is held back/,
    ) as string,
  });
  await cooldown('off');
});

test('when an installed version is blocked, npm install takes the next good one, and npm ci says why', async () => {
  const { box, folder } = fresh();
  expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
  expect(installed(folder.cwd)).toBe('1.2.0');
  await command('block', 'add', 'left@1.2.0', '--reason', 'it steals tokens', '--advisory', 'MAL-2026-1');
  wipe(box, folder.cwd);
  expect((await npm.run(['ci'], folder)).stderr).toMatch(
    /left@1\.2\.0 is blocked here \(block 1, MAL-2026-1\): it steals/,
  );
  wipe(box, folder.cwd, 'package-lock.json');
  expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
  expect(installed(folder.cwd)).toBe('1.1.0');
});
