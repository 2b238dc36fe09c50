import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { machine, project } from '../setup/projects.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { guarded, realPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

const basic = `Basic ${Buffer.from('anna:streng geheim').toString('base64')}`;

let npm: Client;
let inner: ScriptedUpstream;
let outer: ScriptedUpstream;
let server: RunningKontor;
let cwd: string;
beforeAll(async () => {
  npm = await npmClient();
  [inner, outer] = [await scriptedUpstream(), await scriptedUpstream()];
  const needs = { manifest: () => ({ dependencies: { left: '^1.0.0' } }) };
  const both = [
    await realPackage('@acme/ui', ['1.0.0'], inner.url, needs),
    await realPackage('left', ['9.9.9'], inner.url),
  ];
  inner.script = guarded(basic, serves(...both));
  // Somebody has taken the private name there: the dependency confusion of which one reads.
  outer.script = serves(
    await realPackage('left', ['1.0.0'], outer.url),
    await realPackage('@acme/ui', ['99.0.0'], outer.url),
    await realPackage('@acme/secret', ['99.0.0'], outer.url),
  );
  cwd = temporaryFolder('settings');
  writeFileSync(
    join(cwd, 'kontor.yaml'),
    `registries:
  npm:
    upstreams:
      - name: acme
        url: ${inner.url}
        names: ['@acme/*']
        username: anna
        passwordFrom: ACME_PASSWORD
      - name: public
        url: ${outer.url}
`,
  );
  server = await startKontor({ cwd, env: { ACME_PASSWORD: 'streng geheim' } });
});
afterAll(() => Promise.all([inner.close(), outer.close()]));
beforeEach(() => {
  inner.requests.length = 0;
  outer.requests.length = 0;
});

const asked = ({ requests }: ScriptedUpstream) => requests.map(({ url = '' }) => url).toSorted();

describe('a private registry, with credentials, in front of a public one', () => {
  test('npm installs from both, and neither hears of a name of the other', async () => {
    const box = machine(`${server.url}/npm`);
    const folder = project(box, 'application', { dependencies: { '@acme/ui': '^1.0.0' } });
    expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
    const { stdout } = await npm.run(['ls', '--all', '--parseable', '--long'], folder);
    expect(stdout).toMatch(/@acme\/ui@1\.0\.0/);
    expect(stdout).toMatch(/left@1\.0\.0/);
    expect(asked(inner)).toEqual(['/@acme%2fui', '/@acme/ui/-/ui-1.0.0.tgz']);
    expect(asked(outer)).toEqual(['/left', '/left/-/left-1.0.0.tgz']);
    expect(outer.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test('what the private one does not have is not looked for in public', async () => {
    const box = machine(`${server.url}/npm`);
    const folder = project(box, 'another', { dependencies: { '@acme/secret': '*' } });
    const { code, stderr } = await npm.run(['install'], folder);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/404/);
    expect(outer.requests).toEqual([]);
  });

  test('nor is it when the private one is down', async () => {
    await inner.close();
    const box = machine(`${server.url}/npm`);
    const folder = project(box, 'third', { dependencies: { '@acme/other': '*' } });
    const { code, stderr } = await npm.run(['install', '--fetch-retries=0'], folder);
    await inner.reopen();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/503/);
    expect(outer.requests).toEqual([]);
  });
});

test('an upstream that is set beside a running server is where npm installs from at once', async () => {
  const running = await startKontor();
  const box = machine(`${running.url}/npm`);
  const folder = project(box, 'application', { dependencies: { left: '1.0.0' } });
  expect((await npm.run(['install'], folder)).code).not.toBe(0);
  const command = ['registry', 'upstream', 'add', 'npm', outer.url];
  expect((await kontor(command, { env: { KONTOR_DATA: running.data } })).code).toBe(0);
  expect(await npm.run(['install'], folder)).toMatchObject({ code: 0 });
});
