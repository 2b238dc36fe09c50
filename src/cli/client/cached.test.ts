import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vaiscPkg } from '../../../test/setup/client-line.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { cacheFolder } from '../../client/cache/index.ts';

const home = join(temporaryFolder('cached'), '.vais');
const archive = join(cacheFolder(home), 'demo/1.0.0.tar.gz');
mkdirSync(join(archive, '..'), { recursive: true });
writeFileSync(archive, 'an archive');
const vaisc = (line: string) => vaiscPkg(line, { cwd: '/', home });

test.each([
  ['cache clean dmo', 'dmo is not in the cache; is demo meant?'],
  ['cache clean demo nothing-like-it', 'nothing-like-it is not in the cache'],
  ['cache clean demo@1.0.1', 'demo@1.0.1 is not in the cache; is demo@1.0.0 meant?'],
  ['cache verify dmo', 'dmo is not in the cache; is demo meant?'],
])('%s is refused, and nothing is removed', async (line, message) => {
  expect(await vaisc(line)).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
  expect(existsSync(archive)).toBe(true);
});

test('what is in the cache is cleaned, by its name and by its version; an empty cache is no error', async () => {
  expect((await vaisc('cache verify demo')).out).toBe('✓ 1 cached version(s) are whole\n');
  const removed = { code: 0, out: '✓ Removed 1 version(s) from the cache\n' };
  expect(await vaisc('cache clean demo@1.0.0')).toMatchObject(removed);
  expect(existsSync(join(archive, '..'))).toBe(false);
  mkdirSync(join(archive, '..'));
  writeFileSync(archive, 'an archive');
  expect(await vaisc('cache clean demo')).toMatchObject(removed);
  const all = { code: 0, out: expect.stringMatching(/^✓ Removed 0 version.*\n.*indexes went too/) };
  expect(await vaisc('cache clean')).toMatchObject(all);
});
