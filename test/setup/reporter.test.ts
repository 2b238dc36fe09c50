import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { countsLine } from './reporter.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside node_modules, so that the files below find vitest, and no other check looks at them.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
const folder = mkdtempSync(join(root, 'node_modules/.cache/reporter-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest on the given files with our reporter; resolves to its exit code and the lines of its output. */
async function runSuite(
  name: string,
  files: Record<string, string>,
): Promise<{ code: number; last: string }> {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const config = join(folder, name, 'vitest.config.mjs');
  const reporters = JSON.stringify(['default', join(root, 'test/setup/reporter.ts')]);
  writeFileSync(
    config,
    `export default { test: { include: ['*.spec.js'], reporters: ${reporters}, exclude: [] } };`,
  );
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    join(folder, name),
    '--config',
    config,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PATH: process.env['PATH'] } }, (error, stdout) => {
      const code = error ? Number(error.code) : 0;
      resolve({ code, last: stdout.trimEnd().split('\n').at(-1) ?? '' });
    });
  });
}

const passing = "import { test } from 'vitest'; test('a', () => {}); test('b', () => {});";

test('the line counts passed and failed tests, and skipped ones only if there are any', () => {
  expect(countsLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(countsLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('the counts are the very last line of a run that passes', async () => {
  expect(await runSuite('pass', { 'a.spec.js': passing })).toEqual({ code: 0, last: '2 passed, 0 failed' });
});

test('failing and skipped tests are counted, and the exit code says so', async () => {
  const failing =
    "import { test } from 'vitest'; test('a', () => { throw new Error('no'); }); test.skip('b', () => {});";
  const outcome = await runSuite('fail', { 'a.spec.js': passing, 'b.spec.js': failing });
  expect(outcome).toEqual({ code: 1, last: '2 passed, 1 failed, 1 skipped' });
});

test('a file that cannot be loaded is a failure', async () => {
  const outcome = await runSuite('broken', { 'a.spec.js': passing, 'b.spec.js': "import './missing.js';" });
  expect(outcome).toEqual({ code: 1, last: '2 passed, 1 failed' });
});

test('an error that nobody catches is a failure', async () => {
  const late = `${passing} setTimeout(() => { throw new Error('late'); }); test('c', () => new Promise((r) => setTimeout(r, 100)));`;
  const outcome = await runSuite('unhandled', { 'a.spec.js': late });
  expect(outcome).toEqual({ code: 1, last: '3 passed, 1 failed' });
});
