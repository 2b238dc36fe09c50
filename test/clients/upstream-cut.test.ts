import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { machine, output, project } from '../setup/projects.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import {
  realPackage,
  scriptedUpstream,
  serves,
  split,
  tarballs,
  truncated,
  type Script,
  type ScriptedPackage,
  type ScriptedUpstream,
} from '../upstream/index.ts';

let npm: Client;
beforeAll(async () => {
  npm = await npmClient();
});

/** What was installed here before, by somebody else, and what needs one package more. */
const yesterday = { name: 'yesterday', version: '1.0.0', dependencies: { 'web-page': '^1.0.0' } };
const today = { name: 'today', version: '1.0.0', dependencies: { 'web-page': '^1.0.0', fonts: '^1.0.0' } };
const needs: Record<string, Record<string, string>> = {
  'web-page': { '@acme/markup': '^1.0.0', colours: '^1.0.0' },
  '@acme/markup': { escapes: '^1.0.0' },
  fonts: { escapes: '^1.0.0' },
};
/** So that npm does not try for a minute. */
const once = '--fetch-retries=0';

let upstream: ScriptedUpstream;
let server: RunningKontor;
let whole: Script;

beforeEach(async () => {
  upstream = await scriptedUpstream();
  onTestFinished(() => upstream.close());
  const packages: ScriptedPackage[] = [];
  for (const name of ['web-page', '@acme/markup', 'colours', 'escapes', 'fonts']) {
    // The one that will be cut does not fit into one piece.
    const files = name === 'fonts' ? { 'package/font': randomBytes(400_000) } : {};
    const manifest = () => (needs[name] ? { dependencies: needs[name] } : {});
    packages.push(await realPackage(name, ['1.0.0'], upstream.url, { manifest, files }));
  }
  whole = serves(...packages);
  upstream.script = whole;
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  const { code, stderr } = await install(yesterday);
  if (code !== 0) throw new Error(stderr);
  upstream.requests.length = 0;
});

/** Installs on a machine that has never installed anything, and says what can then be loaded. */
async function install(application: typeof yesterday) {
  const folder = project(machine(`${server.url}/npm`), application.name, application);
  const { code, stderr } = await npm.run(['install', once], folder);
  const load = `console.log(Object.keys(require('./package.json').dependencies).map((name) => require(name)))`;
  const loaded = code === 0 ? output(await run('node', ['-e', load], { cwd: folder.cwd })) : '';
  return { code, stderr, loaded };
}

test('an application whose packages are all stored installs though the upstream breaks every answer off', async () => {
  upstream.script = truncated(whole);
  const { code, loaded } = await install(yesterday);
  expect([code, loaded]).toEqual([0, expect.stringContaining('web-page@1.0.0')]);
});

test('one that needs a file more fails when that is cut, and installs when it is not; what is stored is not asked for', async () => {
  upstream.script = tarballs(truncated(whole), whole);
  const failed = await install(today);
  expect(failed.code).not.toBe(0);
  // All that npm says of an answer that breaks off; the server knows more.
  expect(failed.stderr).toMatch(/aborted/);
  expect(server.logs()).toMatch(/fonts-1\.0\.0\.tgz did not come whole/);

  upstream.script = whole;
  const { code, loaded } = await install(today);
  expect([code, loaded]).toEqual([0, expect.stringContaining('fonts@1.0.0')]);
  const asked = new Set(upstream.requests.map(({ url }) => url));
  expect(asked).toEqual(new Set(['/fonts', '/fonts/-/fonts-1.0.0.tgz']));
});

test('one that needs a package of which nothing is stored is told which, and why', async () => {
  upstream.script = split(/fonts/, truncated(whole), whole);
  const { code, stderr } = await install(today);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/503 .*fonts/);
  expect(stderr).toMatch(/upstream registry 127\.0\.0\.1:\d+ cannot be asked now: the connection broke/);
});
