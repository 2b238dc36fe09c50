import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { machine, output, project, readJson } from '../setup/projects.ts';
import { run } from '../setup/run.ts';
import { startKontor } from '../setup/server.ts';
import {
  githubLayout,
  jsrLayout,
  npmLayout,
  queryLayout,
  realPackage,
  scriptedUpstream,
  serves,
} from '../upstream/index.ts';

let npm: Client;
beforeAll(async () => {
  npm = await npmClient();
});

test.each([
  ['npm', npmLayout],
  ['GitHub Packages', githubLayout],
  ['JSR', jsrLayout],
  ['queries', queryLayout],
])('npm installs from an upstream that lays its tarballs out as %s does', async (_, locate) => {
  const upstream = await scriptedUpstream();
  onTestFinished(() => upstream.close());
  const library = await realPackage('@acme/library', ['1.0.0', '1.1.0'], upstream.url, { locate });
  const tool = await realPackage('tool', ['2.0.0'], upstream.url, {
    locate,
    manifest: () => ({ dependencies: { '@acme/library': '^1.0.0' } }),
  });
  upstream.script = serves(library, tool);
  const front = await startKontor({ env: { KONTOR_NPM_UPSTREAM: upstream.url } });
  const folder = project(machine(`${front.url}/npm`), 'application', {
    name: 'application',
    version: '1.0.0',
  });
  output(await npm.run(['install', 'tool'], folder));
  const says = await run('node', ['-p', 'require("tool") + " " + require("@acme/library")'], {
    cwd: folder.cwd,
  });
  expect(output(says)).toBe('tool@2.0.0 @acme/library@1.1.0\n');
  const lock = JSON.stringify(readJson(folder.cwd, 'package-lock.json'));
  expect(lock).toContain(`${front.url}/npm/@acme/library/-/library-1.1.0.tgz`);
  expect(lock).not.toContain(upstream.url);
  const paths = Object.keys({ ...library.tarballs, ...tool.tarballs });
  expect(paths.map((path) => upstream.count(path))).toEqual([0, 1, 1]);
});
