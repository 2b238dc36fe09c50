import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bunClient, npmClient, pnpmClient, sandbox, yarnBerry, yarnClassic } from '../setup/clients.ts';
import manifest from './package.json' with { type: 'json' };

test('npm runs at its pinned version and knows no registry but the one it is given', async () => {
  const npm = await npmClient();
  const box = sandbox('http://127.0.0.1:4/npm/');
  expect(await npm.run(['--version'], box)).toEqual({
    code: 0,
    stdout: `${manifest.dependencies.npm}\n`,
    stderr: '',
  });
  const registry = await npm.run(['config', 'get', 'registry'], box);
  expect(registry.stdout.trim()).toBe('http://127.0.0.1:4/npm/');
  const cache = await npm.run(['config', 'get', 'cache'], box);
  expect(cache.stdout.trim()).toBe(`${box.home}/npm-cache`);
});

test('pnpm runs at its pinned version and knows no registry but the one it is given', async () => {
  const pnpm = await pnpmClient();
  const box = sandbox('http://127.0.0.1:4/npm/');
  const version = await pnpm.run(['--version'], box);
  expect(version).toEqual({ code: 0, stdout: `${manifest.dependencies.pnpm}\n`, stderr: '' });
  const registry = await pnpm.run(['config', 'get', 'registry'], box);
  expect(registry.stdout.trim()).toBe('http://127.0.0.1:4/npm/');
  const store = await pnpm.run(['store', 'path'], box);
  expect(store.stdout).toContain(box.home);
});

test('yarn 1 runs at its pinned version, keeps to its sandbox and knows no registry but the one it is given', async () => {
  const yarn = await yarnClassic();
  const box = sandbox('http://127.0.0.1:4/npm/');
  const version = await yarn.run(['--version'], box);
  expect(version).toEqual({ code: 0, stdout: `${manifest.dependencies.yarn}\n`, stderr: '' });
  const registry = await yarn.run(['config', 'get', 'registry'], box);
  expect(registry.stdout.trim()).toBe('http://127.0.0.1:4/npm/');
  const cache = await yarn.run(['cache', 'dir'], box);
  expect(cache.stdout).toContain(box.home);
  expect((await yarn.run(['config', 'set', 'username', 'anna'], box)).code).toBe(0);
  expect(readFileSync(`${box.home}/.yarnrc`, 'utf8')).toContain('username anna');
});

test('yarn 4 runs at its pinned version and knows no registry but the one it is given', async () => {
  const yarn = await yarnBerry();
  const box = sandbox('http://127.0.0.1:4/npm/');
  const version = await yarn.run(['--version'], box);
  expect(version.stdout).toBe(`${manifest.dependencies['@yarnpkg/cli-dist']}\n`);
  const registry = await yarn.run(['config', 'get', 'npmRegistryServer'], box);
  expect(registry.stdout.trim()).toBe('http://127.0.0.1:4/npm/');
  const folder = await yarn.run(['config', 'get', 'globalFolder'], box);
  expect(folder.stdout).toContain(box.home);
});

test('bun runs at its pinned version and knows no registry but the one it is given', async () => {
  const bun = await bunClient();
  const box = sandbox('http://127.0.0.1:4/npm/');
  const version = await bun.run(['--version'], box);
  expect(version).toEqual({ code: 0, stdout: `${manifest.dependencies.bun}\n`, stderr: '' });
  writeFileSync(`${box.cwd}/package.json`, '{}');
  const asked = await bun.run(['add', 'missing'], box);
  expect(asked.code).toBe(1);
  expect(asked.stderr).toContain('ConnectionRefused');
  const cache = await bun.run(['pm', 'cache'], box);
  expect(cache.stdout).toContain(box.home);
});
