import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../setup/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);

// As tests, so that one command proves everything and its last line counts everything.
test.for([
  ['types', 'every type is right'],
  ['lint', 'no rule of the linter is broken'],
  ['fmt:check', 'every file is formatted'],
] as const)('`npm run %s`: %s', async ([script]) => {
  const { code, stdout, stderr } = await run('/bin/sh', ['-c', scripts[script]], {
    cwd: root,
    env: { PATH },
  });
  expect(code === 0 ? '' : stdout + stderr).toBe('');
});
