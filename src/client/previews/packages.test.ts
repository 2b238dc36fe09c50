import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { packageManagerOf } from './package-manager.ts';
import { findPackages } from './packages.ts';

function tree(files: Record<string, object | string>): string {
  const cwd = temporaryFolder('packages');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return cwd;
}

async function find(cwd: string, patterns: string[], workspaces = false) {
  const { sources, skipped } = await findPackages(patterns, { cwd, workspaces });
  return { sources: sources.map(({ path }) => relative(cwd, path) || '.'), skipped };
}

const members = {
  'packages/a/package.json': { name: 'a' },
  'packages/b/package.json': { name: 'b', private: true },
  'packages/notes/README.md': '# no package',
  'packages/a/node_modules/c/package.json': { name: 'c' },
  'archive.tgz': 'x',
};

describe('packages to publish', () => {
  test('are the working folder, folders, globs and archives, without private ones', async () => {
    const cwd = tree({ 'package.json': { name: 'root' }, ...members });
    expect(await find(cwd, ['.'])).toEqual({ sources: ['.'], skipped: [] });
    expect(await find(cwd, ['packages/a', './packages/*', 'archive.tgz'])).toEqual({
      sources: ['packages/a', 'archive.tgz'],
      skipped: [{ path: 'packages/b', reason: 'it is private' }],
    });
  });

  test.each([
    ['npm, yarn and bun', { 'package.json': { private: true, workspaces: ['packages/*', '!packages/x'] } }],
    [
      'yarn 1 with options',
      { 'package.json': { private: true, workspaces: { packages: ['packages/*', '!packages/x'] } } },
    ],
    [
      'pnpm',
      {
        'package.json': { private: true },
        'pnpm-workspace.yaml': "packages: ['packages/**', '!packages/x']\n",
      },
    ],
  ])('are the workspaces of a private root, as %s has them', async (_, root) => {
    const cwd = tree({ ...root, ...members, 'packages/x/package.json': { name: 'x' } });
    expect((await find(cwd, ['.'])).sources).toEqual(['packages/a']);
  });

  test('are root and workspaces of a root that is a package, if that is asked for', async () => {
    const cwd = tree({ 'package.json': { name: 'root', workspaces: ['packages/*'] }, ...members });
    expect((await find(cwd, ['.'])).sources).toEqual(['.']);
    expect((await find(cwd, ['.'], true)).sources).toEqual(['packages/a', '.']);
  });

  test('must be packages, if they are named', async () => {
    const cwd = tree({ ...members, 'broken/package.json': '{' });
    await expect(find(cwd, ['packages/notes'])).rejects.toThrow('packages/notes holds no package.json.');
    await expect(find(cwd, ['elsewhere'])).rejects.toThrow('elsewhere cannot be read (ENOENT).');
    await expect(find(cwd, ['packages/notes/README.md'])).rejects.toThrow('neither the folder of a package');
    await expect(find(cwd, ['broken'])).rejects.toThrow('holds no JSON object');
  });
});

test.each([
  ['npm', {}],
  ['npm', { 'package-lock.json': '{}' }],
  ['pnpm', { 'package.json': { packageManager: 'pnpm@10.1.0+sha512.abc' }, 'package-lock.json': '{}' }],
  ['yarn-classic', { 'package.json': { packageManager: 'yarn@1.22.22' } }],
  ['yarn', { 'package.json': { packageManager: 'yarn@4.1.0' } }],
  ['pnpm', { 'pnpm-lock.yaml': '' }],
  ['bun', { 'bun.lock': '' }],
  ['yarn-classic', { 'yarn.lock': '# yarn lockfile v1\n' }],
  ['yarn', { 'yarn.lock': '__metadata:\n' }],
])('%s packs where its marks are above', async (manager, files) => {
  const cwd = tree({ ...files, 'packages/a/package.json': {} });
  expect(await packageManagerOf(join(cwd, 'packages/a'))).toBe(manager);
});
