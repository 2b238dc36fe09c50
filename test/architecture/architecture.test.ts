import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeViolation, violations } from './rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function entries(folder: string) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
}

test('every import follows the arrows, every file is short and has a user', () => {
  const sources = new Map<string, string>();
  for (const entry of entries('src')) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    sources.set(relative(root, path), readFileSync(path, 'utf8'));
  }
  expect(sources.size).toBeGreaterThan(10);
  expect(violations(sources).map(describeViolation)).toEqual([]);
});

test('no folder is empty', () => {
  const empty = ['src', 'test', 'bench', 'docs']
    .flatMap(entries)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((folder) => readdirSync(folder).length === 0);
  expect(empty).toEqual([]);
});
