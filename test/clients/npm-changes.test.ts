import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, type Client, type Sandbox } from '../setup/clients.ts';
import { machine, output, project, readJson } from '../setup/projects.ts';
import { publish, register } from '../setup/publish.ts';
import { readPackument } from '../setup/read.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let anna: Sandbox;
let ben: Sandbox;
let annas: string;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  annas = await register(server, 'anna');
  anna = machine(`${server.url}/npm`, annas);
  ben = machine(`${server.url}/npm`, await register(server, 'ben'));
});

/** Publishes versions of a package as anna. */
async function publishAll(name: string, ...versions: string[]): Promise<void> {
  for (const version of versions) {
    expect(await publish(server, annas, name, version)).toMatchObject({ status: 201 });
  }
}

/** Runs npm and gives what it printed, lines sorted; throws if it fails. */
async function lines(box: Sandbox, ...args: string[]): Promise<string[]> {
  return output(await npm.run(args, box))
    .trim()
    .split('\n')
    .toSorted();
}

async function refusal(box: Sandbox, ...args: string[]): Promise<string> {
  const { code, stderr } = await npm.run(args, box);
  return code === 0 ? 'npm was content' : stderr;
}

async function view(name: string, field: string): Promise<unknown> {
  const text = output(await npm.run(['view', name, field, '--json'], anna));
  return text.trim() === '' ? undefined : JSON.parse(text);
}

describe('[P-01] npm', () => {
  test('deprecates versions, tells who installs them, and takes it back', async () => {
    await publishAll('@acme/old', '1.0.0', '1.1.0', '2.0.0');
    await lines(anna, 'deprecate', '@acme/old@1', 'use 2');
    expect(await view('@acme/old@1.0.0', 'deprecated')).toBe('use 2');
    expect(await view('@acme/old@2.0.0', 'deprecated')).toBeUndefined();
    const folder = project(machine(`${server.url}/npm`), 'application', { name: 'a', version: '1.0.0' });
    const installed = await npm.run(['install', '@acme/old@1.1.0'], folder);
    expect(installed).toMatchObject({ code: 0, stderr: expect.stringContaining('use 2') });
    expect(await refusal(ben, 'deprecate', '@acme/old@1', 'mine')).toMatch(/E403[^]*do not own/);
    await lines(anna, 'undeprecate', '@acme/old@1.0.0');
    await lines(anna, 'deprecate', '@acme/old@1.1.0', '');
    expect(await view('@acme/old@1.0.0', 'deprecated')).toBeUndefined();
    expect(await view('@acme/old@1.1.0', 'deprecated')).toBeUndefined();
  });

  test('unpublishes a version, whose number stays taken, and the tag goes to the one before', async () => {
    await publishAll('@acme/leaving', '1.0.0', '1.1.0');
    expect(await refusal(ben, 'unpublish', '@acme/leaving@1.1.0')).toMatch(/E403[^]*do not own/);
    expect(await lines(anna, 'unpublish', '@acme/leaving@1.1.0')).toEqual(['- @acme/leaving@1.1.0']);
    expect(await view('@acme/leaving', 'versions')).toEqual(['1.0.0']);
    expect(await view('@acme/leaving', 'dist-tags')).toEqual({ latest: '1.0.0' });
    const again = project(anna, 'again', { name: '@acme/leaving', version: '1.1.0' }, { 'index.js': '' });
    const { code, stderr } = await npm.run(['publish'], again);
    expect(code).toBe(1);
    expect(stderr).toContain('You cannot publish over the previously published versions: 1.1.0.');
    const further = project(anna, 'further', { name: '@acme/leaving', version: '1.1.1' }, { 'index.js': '' });
    output(await npm.run(['publish'], further));
    expect(await view('@acme/leaving', 'dist-tags')).toEqual({ latest: '1.1.1' });
  });

  test('unpublishes a whole package, and its owner may begin anew', async () => {
    await publishAll('gone', '1.0.0', '2.0.0');
    expect(await refusal(anna, 'unpublish', 'gone')).toMatch(/--force/);
    expect(await lines(anna, 'unpublish', 'gone', '--force')).toEqual(['- gone']);
    expect(await refusal(anna, 'view', 'gone')).toMatch(/E404/);
    expect(await refusal(anna, 'unpublish', 'gone', '--force')).toMatch(/E404/);
    const again = project(anna, 'gone', { name: 'gone', version: '2.0.0' }, { 'index.js': '' });
    expect(await refusal({ ...anna, ...again }, 'publish')).toContain(
      'You cannot publish over the previously published versions: 2.0.0.',
    );
    const anew = project(anna, 'anew', { name: 'gone', version: '3.0.0' }, { 'index.js': '' });
    output(await npm.run(['publish'], anew));
    expect(await view('gone', 'versions')).toEqual(['3.0.0']);
  });

  test('adds an owner, who may publish from then on, lists and removes one', async () => {
    await publishAll('@acme/shared', '1.0.0');
    expect(await refusal(anna, 'owner', 'add', 'nobody-here', '@acme/shared')).toMatch(/E404/);
    expect(await refusal(ben, 'owner', 'add', 'ben', '@acme/shared')).toMatch(/do not own/);
    expect(await lines(anna, 'owner', 'add', 'ben', '@acme/shared')).toEqual(['+ ben (@acme/shared)']);
    expect(await lines(anna, 'owner', 'ls', '@acme/shared')).toEqual(['anna <>', 'ben <>']);
    const theirs = project(ben, 'shared', { name: '@acme/shared', version: '1.1.0' }, { 'index.js': '' });
    output(await npm.run(['publish'], theirs));
    expect(await lines(ben, 'owner', 'rm', 'anna', '@acme/shared')).toEqual(['- anna (@acme/shared)']);
    expect(await lines(anna, 'owner', 'ls', '@acme/shared')).toEqual(['ben <>']);
    expect(await refusal(anna, 'deprecate', '@acme/shared', 'no')).toMatch(/E403/);
    expect(await refusal(ben, 'owner', 'rm', 'ben', '@acme/shared')).toMatch(/Cannot remove all owners/);
  });

  test('stars packages of others, lists the stars and takes one back', async () => {
    await publishAll('@acme/liked', '1.0.0');
    await publishAll('liked-too', '1.0.0');
    await lines(ben, 'star', '@acme/liked');
    await lines(ben, 'star', 'liked-too');
    expect(await lines(ben, 'stars')).toEqual(['@acme/liked', 'liked-too']);
    expect(await lines(anna, 'stars', 'ben')).toEqual(['@acme/liked', 'liked-too']);
    expect(await view('@acme/liked', 'users')).toEqual({ ben: true });
    await lines(ben, 'unstar', '@acme/liked');
    expect(await lines(ben, 'stars')).toEqual(['liked-too']);
  });

  test('makes a package private: its owner installs it, and for others it is not there', async () => {
    await publishAll('@acme/secret', '1.0.0');
    expect(await lines(anna, 'access', 'get', 'status', '@acme/secret')).toEqual(['@acme/secret: public']);
    expect(await refusal(ben, 'access', 'set', 'status=private', '@acme/secret')).toMatch(/E403/);
    expect(await lines(anna, 'access', 'set', 'status=private', '@acme/secret')).toEqual([
      '@acme/secret: private',
    ]);
    expect(await lines(anna, 'access', 'list', 'collaborators', '@acme/secret')).toEqual([
      'anna: read-write',
    ]);
    expect(await readPackument(server, '@acme/secret')).toBeUndefined();
    for (const args of [
      ['view', '@acme/secret'],
      ['access', 'get', 'status', '@acme/secret'],
      ['access', 'list', 'collaborators', '@acme/secret'],
      ['access', 'set', 'status=public', '@acme/secret'],
      ['owner', 'ls', '@acme/secret'],
      ['dist-tag', 'ls', '@acme/secret'],
      ['deprecate', '@acme/secret', 'x'],
      ['star', '@acme/secret'],
    ]) {
      expect([args, await refusal(ben, ...args)]).toEqual([args, expect.stringContaining('E404')]);
    }
    const folder = project(anna, 'application', { name: 'application', version: '1.0.0' });
    output(await npm.run(['install', '@acme/secret'], folder));
    expect(readJson(folder.cwd, 'node_modules/@acme/secret/package.json')).toMatchObject({
      version: '1.0.0',
    });
    await lines(anna, 'owner', 'add', 'ben', '@acme/secret');
    expect(await lines(ben, 'access', 'list', 'collaborators', '@acme/secret')).toEqual([
      'anna: read-write',
      'ben: read-write',
    ]);
    expect(await lines(ben, 'access', 'set', 'status=public', '@acme/secret')).toEqual([
      '@acme/secret: public',
    ]);
    expect(await readPackument(server, '@acme/secret')).toMatchObject({ 'dist-tags': { latest: '1.0.0' } });
  });

  test('is told that second factors cannot be asked for yet', async () => {
    await publishAll('@acme/factors', '1.0.0');
    expect(await refusal(anna, 'access', 'set', 'mfa=publish', '@acme/factors')).toMatch(/Second factors/);
    output(await npm.run(['access', 'set', 'mfa=none', '@acme/factors'], anna));
  });
});
