import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder, track } from '../../test/setup/resources.ts';

const io = new URL('io.ts', import.meta.url).href;

/** A command that waits for a word, writes results, works on, and has something to say at the end. */
const COMMAND = `
import { processIo } from ${JSON.stringify(io)};
const io = processIo('error');
for await (const _ of io.stdin) break;
for (let step = 0; step < 3; step++) {
  io.out('a result\\n');
  await new Promise((resolve) => setTimeout(resolve, 10));
}
io.err('the end\\n');
process.exitCode = CODE;
`;

function start(code: number, stdout: 'pipe' | number) {
  const child = track(
    spawn(process.execPath, ['--input-type=module', '--eval', COMMAND.replace('CODE', String(code))], {
      stdio: ['pipe', stdout, 'pipe'],
    }),
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.once('close', (result) => resolve({ code: result, said }));
  });
  return { child, ended };
}

test.each([0, 1])(
  'a command whose reader goes away is done to its end, and its code is its own: %s',
  async (code) => {
    const { child, ended } = start(code, 'pipe');
    child.stdout?.destroy();
    child.stdin?.end('go\n');
    expect(await ended).toEqual({ code, said: 'the end\n' });
  },
);

test('a result that finds no room is an error in a sentence', async () => {
  const full = openSync('/dev/full', 'w');
  const { child, ended } = start(0, full);
  closeSync(full);
  child.stdin?.end('go\n');
  const { code, said } = await ended;
  expect(said).toMatch(/^error: standard output cannot be written: .*ENOSPC.*\nthe end\n$/);
  expect(code).toBe(1);
});

test('a reader of the errors that goes away changes nothing', async () => {
  const { child, ended } = start(0, 'pipe');
  child.stderr?.destroy();
  child.stdin?.end('go\n');
  child.stdout?.resume();
  expect(await ended).toEqual({ code: 0, said: '' });
});

test.runIf(process.platform === 'linux').each([
  ['vaisc pkg list', 'error'],
  ['main list', 'kontor'],
  ['main verify', 'kontor'],
])('a command in a folder that is gone is refused in a sentence: %s', async (line, name) => {
  const [module = '', ...args] = line.split(' ');
  const folder = join(temporaryFolder('gone'), 'here');
  mkdirSync(folder);
  const file = fileURLToPath(new URL(`${module}.ts`, import.meta.url));
  const child = track(
    spawn('sh', ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', process.execPath, file, ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, said]).toEqual([
    1,
    `${name}: The working folder is gone: change to one that is there, and try again.\n`,
  ]);
});
