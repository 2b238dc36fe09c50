import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/setup/resources.ts';
import { diskFault, pathFault } from './disk-fault.ts';
import { makeFolders } from './make-folders.ts';

const folder = temporaryFolder('disk');
writeFileSync(join(folder, 'file'), '');
symlinkSync(join(folder, 'nowhere/at/all'), join(folder, 'link'));
mkdirSync(join(folder, 'taken/full'), { recursive: true });

const errorOf = (work: Promise<unknown>) => work.then(undefined, (error: unknown) => error);

test.each<[string, () => Promise<unknown>, string, string]>([
  ['a file for a folder', () => makeFolders(join(folder, 'file')), 'file', 'it is no folder (EEXIST)'],
  ['a file above', () => makeFolders(join(folder, 'file/a/b')), '', `${folder}/file is no folder (ENOTDIR)`],
  [
    'a link that dangles',
    () => makeFolders(join(folder, 'link')),
    'link',
    'it is a link that leads to no folder (EEXIST)',
  ],
  [
    'one above',
    () => makeFolders(join(folder, 'link/a')),
    'link',
    'it is a link that leads to no folder (EEXIST)',
  ],
  ['a file read as a folder', () => readFile('/dev/null/x'), 'a', '/dev/null is no folder (ENOTDIR)'],
  [
    'a folder for a file',
    () => rename(join(folder, 'file'), join(folder, 'taken')),
    'x',
    `${folder}/taken is a folder (EISDIR)`,
  ],
])('%s is named as what is in the way', async (_what, work, of, said) => {
  const { code, message } = diskFault(await errorOf(work()), join(folder, of));
  expect([code, message]).toEqual(['bad_request', `${join(folder, of)} cannot be used: ${said}.`]);
});

test('what the system says else is in words where there are some', () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' });
  expect(pathFault(full, '/a/vais.lock', 'cannot be written')).toMatchObject({
    code: 'storage_full',
    message: '/a/vais.lock cannot be written: the disk is full: make room there (ENOSPC).',
  });
  const odd = Object.assign(new Error('x'), { code: 'EODD' });
  expect(diskFault(odd, '/a').message).toBe('/a cannot be used: EODD.');
});
