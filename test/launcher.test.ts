import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './setup/resources.ts';
import { run } from './setup/run.ts';
import { launcher } from './setup/server.ts';

const WORDS =
  'import process from "node:process"; console.log([process.pid, ...process.argv.slice(2)].join(" "));';

/** A clone in miniature: the launcher and a main module that prints its process id and arguments. */
function clone(): string {
  const root = temporaryFolder('clone with a space');
  for (const folder of ['bin', 'src/cli']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(launcher, join(root, 'bin/kontor'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  symlinkSync('kontor', join(root, 'bin/vaisc'));
  writeFileSync(join(root, 'src/cli/main.ts'), WORDS);
  writeFileSync(join(root, 'src/cli/vaisc.ts'), WORDS.replace('process.pid', '"vaisc"'));
  return root;
}

function executable(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** A folder for PATH with what the launcher calls, and a `node` of the given kind. */
function path(node: string): string {
  const folder = temporaryFolder('path');
  executable(join(folder, 'node'), node);
  return `${folder}:/usr/bin:/bin`;
}

const oldNode = '#!/bin/sh\necho 20\n';
const thisNode = `#!/bin/sh\nexec '${process.execPath}' "$@"\n`;

test('without the pinned Node, an old one on PATH is refused with the remedy', async () => {
  const root = clone();
  mkdirSync(join(root, 'node_modules'));
  const result = await run(join(root, 'bin/kontor'), ['serve'], { env: { PATH: path(oldNode) } });
  expect(result.code).toBe(1);
  expect(result.stdout).toBe('');
  expect(result.stderr).toContain('npm ci');
  expect(result.stderr).toContain('--ignore-scripts');
  expect(result.stderr).toContain('NODE_ENV=production');
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
});

test('a clone that was never installed is told to, whatever Node is there', async () => {
  const result = await run(join(clone(), 'bin/kontor'), [], { env: { PATH: path(thisNode) } });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('npm ci');
});

test('without the pinned Node, a recent one on PATH runs', async () => {
  const root = clone();
  mkdirSync(join(root, 'node_modules'));
  const result = await run(join(root, 'bin/kontor'), ['a'], { env: { PATH: path(thisNode) } });
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(/^\d+ a\n$/);
});

test('the pinned Node is used through a chain of links, and arguments arrive unchanged', async () => {
  const root = clone();
  executable(join(root, 'node_modules/.bin/node'), thisNode);
  const folder = temporaryFolder('links');
  symlinkSync(join(root, 'bin/kontor'), join(folder, 'absolute'));
  symlinkSync('absolute', join(folder, 'relative'));
  const result = await run(join(folder, 'relative'), ['a b', '*', ''], { env: { PATH: path(oldNode) } });
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(/^\d+ a b \* \n$/);
});

test('[V-13] under the name vaisc it is the other program, also through links of any name', async () => {
  const root = clone();
  executable(join(root, 'node_modules/.bin/node'), thisNode);
  const folder = temporaryFolder('links');
  symlinkSync(join(root, 'bin/vaisc'), join(folder, 'v'));
  symlinkSync(join(root, 'bin/kontor'), join(folder, 'vaisc'));
  for (const command of [join(root, 'bin/vaisc'), join(folder, 'v'), join(folder, 'vaisc')]) {
    expect(await run(command, ['pkg'])).toMatchObject({ stdout: 'vaisc pkg\n', stderr: '' });
  }
});

test('no process remains between the caller and Node', async () => {
  const root = clone();
  executable(join(root, 'node_modules/.bin/node'), thisNode);
  const script = `"$1" & started=$!; wait $started; echo $started`;
  const result = await run('/bin/sh', ['-c', script, 'sh', join(root, 'bin/kontor')]);
  const [own, started] = result.stdout.trim().split('\n');
  expect(own).toBe(started);
});
