import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { npmClientSettings } from './client-settings.ts';
import { findNpm } from './find-npm.ts';

const run = promisify(execFile);

describe("npm's own settings", () => {
  let folder: string;
  let home: string;
  let cwd: string;
  let warnings: string[];
  /** The environment of this test without what the npm that may run it has left there. */
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'kontor-settings-')));
    home = join(folder, 'home');
    cwd = join(folder, 'project');
    await Promise.all([mkdir(home), mkdir(cwd)]);
    warnings = [];
    env = { PATH: process.env['PATH'], HOME: home };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const settings = (more: { registry?: string } = {}) =>
    npmClientSettings({ env, cwd, warn: (message) => warnings.push(message), ...more });
  const userConfig = (text: string) => writeFile(join(home, '.npmrc'), text);
  /** What the machine's npm itself says. */
  const askNpm = async (key: string) => {
    const npm = await findNpm(env);
    const cli = join(npm.folder, 'bin', 'npm-cli.js');
    const { stdout } = await run(npm.node, [cli, 'config', 'get', key], { cwd, env });
    return stdout.trim();
  };

  test('without any configuration the registry is the one that npm itself would ask', async () => {
    expect((await settings())?.url).toBe(await askNpm('registry'));
  });

  test('the user’s registry is found, as npm finds it', async () => {
    await userConfig('registry=http://127.0.0.1:4873/npm/\n');
    expect((await settings())?.url).toBe('http://127.0.0.1:4873/npm/');
    expect(await askNpm('registry')).toBe('http://127.0.0.1:4873/npm/');
  });

  test('the project’s registry goes before the user’s, the environment’s before both', async () => {
    await userConfig('registry=http://127.0.0.1:1/\n');
    await writeFile(join(cwd, 'package.json'), '{}');
    await writeFile(join(cwd, '.npmrc'), 'registry=http://127.0.0.1:2/\n');
    expect((await settings())?.url).toBe('http://127.0.0.1:2/');
    env['npm_config_registry'] = 'http://127.0.0.1:3/';
    expect((await settings())?.url).toBe('http://127.0.0.1:3/');
  });

  test('the files that `npm start` names in the environment are the ones that count', async () => {
    await writeFile(join(folder, 'user'), 'registry=http://127.0.0.1:5/\n');
    await writeFile(join(folder, 'global'), 'strict-ssl=false\n');
    env['npm_config_userconfig'] = join(folder, 'user');
    env['npm_config_globalconfig'] = join(folder, 'global');
    expect(await settings()).toMatchObject({ url: 'http://127.0.0.1:5/', strictTls: false });
  });

  test('the global configuration is the one beside the npm on the PATH, not beside the Node that runs us', async () => {
    const npm = await findNpm(env);
    const bin = join(folder, 'system', 'bin');
    await mkdir(join(folder, 'system', 'etc'), { recursive: true });
    await mkdir(bin);
    await writeFile(join(bin, 'node'), '#!/bin/sh\n');
    await chmod(join(bin, 'node'), 0o755);
    await symlink(join(npm.folder, 'bin', 'npm-cli.js'), join(bin, 'npm'));
    await writeFile(join(folder, 'system', 'etc', 'npmrc'), 'registry=http://127.0.0.1:6/\n');
    env['PATH'] = `${dirname(process.execPath)}/node_modules/.bin:${bin}:${env['PATH']}`;
    expect((await settings())?.url).toBe('http://127.0.0.1:6/');
  });

  test('it works without HOME and without PATH', async () => {
    env = {};
    expect((await settings())?.url).toMatch(/^https?:/);
  });

  test('our own environment is left as it is', async () => {
    const before = { ...env };
    await settings();
    expect(env).toEqual(before);
  });

  test('certificates, proxy and the hosts without one are taken over', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    await writeFile(join(home, 'ca.pem'), `${pem}\n${pem}\n`);
    await userConfig(
      `cafile=${home}/ca.pem\nhttps-proxy=http://127.0.0.1:8080\nnoproxy=one.test, two.test\n`,
    );
    expect(await settings()).toMatchObject({
      ca: [pem, pem],
      proxy: 'http://127.0.0.1:8080/',
      noProxy: ['one.test', 'two.test'],
    });
  });

  test('credentials are the nearest ones to the registry’s path, and of its host only', async () => {
    env['SECRET'] = 'of-the-environment';
    await userConfig(
      [
        'registry=http://127.0.0.1:9/a/b/',
        '//127.0.0.1:9/:_authToken=far',
        '//127.0.0.1:9/a/:_authToken=${SECRET}',
        '//other.test/:_auth=dXNlcjpwYXNz',
        '//pair.test/x/:username=anna',
        `//pair.test/x/:_password=${Buffer.from('p:w').toString('base64')}`,
      ].join('\n'),
    );
    expect((await settings())?.authorization).toBe('Bearer of-the-environment');
    expect((await settings({ registry: 'http://127.0.0.1:9/' }))?.authorization).toBe('Bearer far');
    expect((await settings({ registry: 'https://other.test/deep/' }))?.authorization).toBe(
      'Basic dXNlcjpwYXNz',
    );
    const pair = (await settings({ registry: 'https://pair.test/x' }))?.authorization;
    expect(pair).toBe(`Basic ${Buffer.from('anna:p:w').toString('base64')}`);
    expect((await settings({ registry: 'https://stranger.test/' }))?.authorization).toBeNull();
  });

  test('a token without a registry, which npm refuses, is warned of and not used', async () => {
    await userConfig('_authToken=loose\nregistry=http://127.0.0.1:9/\n');
    expect((await settings())?.authorization).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toContain('loose');
  });

  test('an unreadable file gives a warning and no upstream, not a guess', async () => {
    // A link to itself is an error for root too, whom permissions do not stop.
    await symlink(join(home, '.npmrc'), join(home, '.npmrc'));
    expect(await settings()).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('ELOOP')]);
  });

  test('a registry that the operator names is asked without npm’s settings if those are unreadable', async () => {
    await symlink(join(home, '.npmrc'), join(home, '.npmrc'));
    const registry = 'http://127.0.0.1:9/';
    expect(await settings({ registry })).toMatchObject({ url: registry, authorization: null });
    expect(warnings).toHaveLength(1);
  });

  test('a file full of nonsense stops nothing', async () => {
    await userConfig('\0\0[[[=\n====\n[]\n"');
    expect((await settings())?.url).toMatch(/^https?:/);
  });

  test('a registry that is no URL gives a warning and no upstream', async () => {
    await userConfig('registry=not a url\n');
    expect(await settings()).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });
});
