import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { track } from '../../../test/setup/resources.ts';
import { withScratch } from './scratch.ts';

test('the folder is there for the work and gone after it, whether it succeeds or not', async () => {
  const used: string[] = [];
  const work = (folder: string) => {
    expect(existsSync(folder)).toBe(true);
    used.push(folder);
    return used.length === 1 ? Promise.resolve('done') : Promise.reject(new Error('broken'));
  };
  expect(await withScratch(work)).toBe('done');
  await expect(withScratch(work)).rejects.toThrow('broken');
  expect(used.filter((folder) => existsSync(folder))).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('nothing stays where %s ends the process', async (signal) => {
  const program = `
    import { withScratch } from ${JSON.stringify(import.meta.resolve('./scratch.ts'))};
    await withScratch(async (folder) => {
      process.stdout.write(folder);
      await new Promise((resolve) => setTimeout(resolve, 1e6));
    });`;
  const child = track(
    spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const [folder] = (await once(child.stdout, 'data')) as [Buffer];
  expect(existsSync(folder.toString('utf8'))).toBe(true);
  child.kill(signal);
  expect(await once(child, 'close')).toEqual([null, signal]);
  expect(existsSync(folder.toString('utf8'))).toBe(false);
});
