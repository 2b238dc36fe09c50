import { expect, test } from 'vitest';
import { npmClient, pnpmClient, sandbox } from '../setup/clients.ts';
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
