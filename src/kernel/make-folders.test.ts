import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/setup/resources.ts';
import { makeFolders } from './make-folders.ts';

test('makes what is missing, says where that began, and takes what is there', async () => {
  const root = temporaryFolder('folders');
  expect(await makeFolders(join(root, 'a/b/c/'), 0o700)).toBe(join(root, 'a'));
  expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
  expect(statSync(join(root, 'a/b/c')).isDirectory()).toBe(true);
  expect(await makeFolders(join(root, 'a/b/d'))).toBe(join(root, 'a/b/d'));
  expect(await makeFolders(join(root, 'a/b/d'))).toBeUndefined();
  symlinkSync(join(root, 'a'), join(root, 'link'));
  expect(await makeFolders(join(root, 'link'))).toBeUndefined();
  expect(await makeFolders('/')).toBeUndefined();
});

test('two at once both get there', async () => {
  const path = join(temporaryFolder('folders'), 'a/b/c/d');
  await Promise.all([1, 2, 3].map(() => makeFolders(path)));
  expect(statSync(path).isDirectory()).toBe(true);
});

test('fails as the system does where a file is in the way', async () => {
  const file = join(temporaryFolder('folders'), 'file');
  writeFileSync(file, '');
  await expect(makeFolders(file)).rejects.toMatchObject({ code: 'EEXIST', path: file });
  await expect(makeFolders(join(file, 'a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(process.platform === 'linux')('comes back from where no folder can be made', async () => {
  await expect(makeFolders('/proc/x/y')).rejects.toMatchObject({ code: 'ENOENT' });
});
