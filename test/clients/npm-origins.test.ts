import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { realPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

let npm: Client;
let upstream: ScriptedUpstream;
let server: RunningKontor;
let registry: string;
let token: string;

beforeAll(async () => {
  upstream = await scriptedUpstream();
  const packages = ['my-package', 'left-pad', 'bound'].map((name) =>
    realPackage(name, ['1.0.0'], upstream.url),
  );
  upstream.script = serves(...(await Promise.all(packages)));
  npm = await npmClient();
  server = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  return () => upstream.close();
});

const send = (name: string, version: string) => {
  const manifest = { name, version, main: 'index.js' };
  const folder = project(machine(registry, token), 'package', manifest, { 'index.js': '' });
  return npm.run(['publish', '--access=public'], folder);
};
const admin = async (...args: string[]) =>
  output(await kontor(args, { env: { KONTOR_DATA: server.data, KONTOR_NPM_UPSTREAM: upstream.url } }));

describe('whose a name is, to npm', () => {
  test('a publish prints that an upstream has a package of this name, and installs give ours [P-39]', async () => {
    const published = await send('my-package', '3.0.0');
    expect(published.code).toBe(0);
    expect(published.stderr).toMatch(/npm notice .*upstream registry has a package called my-package too/);
    upstream.requests.length = 0;
    const folder = project(machine(registry), 'application', { name: 'application', version: '1.0.0' });
    output(await npm.run(['install', 'my-package', 'left-pad'], folder));
    const installed = ['my-package', 'left-pad'].map(
      (name) => readJson(join(folder.cwd, 'node_modules', name), 'package.json')['version'],
    );
    // Own packages win, and everything else comes from upstream. [P-54]
    expect(installed).toEqual(['3.0.0', '1.0.0']);
    expect(upstream.count(/my-package/)).toBe(0);
    expect(upstream.count(/left-pad/)).toBeGreaterThan(0);
  });

  test('own packages and those of an upstream install together without mirroring [P-54]', async () => {
    output(await send('@own/tool', '1.0.0'));
    upstream.requests.length = 0;
    const manifest = { ...greetings.manifest, dependencies: { '@own/tool': '1.0.0', 'left-pad': '^1.0.0' } };
    const folder = project(machine(registry), 'application', manifest);
    output(await npm.run(['install'], folder));
    const listed = await run('ls', ['node_modules', 'node_modules/@own'], { cwd: folder.cwd });
    expect(output(listed)).toMatch(/left-pad[\s\S]*tool/);
    expect(upstream.count(/@own/)).toBe(0);
  });

  test('a misspelt scope is pointed out', async () => {
    output(await send('@harbour/ui', '1.0.0'));
    expect((await send('@harbuor/ui', '1.0.0')).stderr).toMatch(/npm notice .*looks like @harbour,/);
  });

  test("the operator takes an upstream's name over beside the running server, and npm publishes it", async () => {
    const folder = project(machine(registry), 'application', { name: 'application', version: '1.0.0' });
    output(await npm.run(['install', 'bound'], folder));
    const refused = await send('bound', '2.0.0');
    expect(refused.stderr).toMatch(/403.*upstream registry/);
    expect(await admin('registry', 'explain', 'bound')).toMatch(
      /^bound in npm is the upstream's: .*\n.*kontor registry claim.\nAsked, in this order:\n/,
    );
    expect(await admin('registry', 'claim', 'bound', '--reason', 'ours since 2019')).toBe(
      "bound is claimed in npm; 1 stored version of the upstream's package went, and the numbers stay taken\n",
    );
    expect(await admin('registry', 'explain', 'bound')).toMatch(
      /^bound in npm is claimed: bound, by command-line at .* \(ours since 2019\)\.\n/,
    );
    expect(await admin('registry', 'claims')).toMatch(/bound +command-line .*ours since 2019/);
    expect((await send('bound', '2.0.0')).code).toBe(0);
    expect(JSON.parse(await admin('registry', 'explain', 'bound', '--json'))).toMatchObject({
      origin: 'ours',
      by: 'anna',
      details: { claim: { pattern: 'bound' }, asks: [] },
    });
    expect(await admin('registry', 'release', 'bound')).toBe('bound is claimed in npm no longer\n');
    const again = await kontor(['registry', 'release', 'bound'], { env: { KONTOR_DATA: server.data } });
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('Nobody claimed bound in npm')]);
  });
});
