import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { scripts, license } = JSON.parse(read('package.json'));

/** What the README tells people to run, and so what every CI runs. */
const TEST_COMMAND = 'npm ci && npm test';

test('[S-94] the README, `.ci/run` and the workflow all run the same test command', () => {
  expect(read('README.md')).toContain(TEST_COMMAND);
  expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe(TEST_COMMAND);
  expect(statSync(join(root, '.ci/run')).mode & 0o111).toBe(0o111);
  const workflow = parse(read('.github/workflows/ci.yml'));
  const steps: { run?: string }[] = workflow.jobs.test.steps;
  expect(steps.map((step) => step.run).filter(Boolean)).toEqual([TEST_COMMAND]);
  expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
});

test('[S-93] the contributing page names only commands and files that exist', () => {
  const page = read('CONTRIBUTING.md');
  const named = [...page.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
  const links = [...page.matchAll(/\]\((?!https:)([^)]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});

test.skipIf(!existsSync(join(root, '.git')))('[S-95] commit messages are conventional', () => {
  const subjects = execFileSync('git', ['log', '--no-merges', '--format=%s'], {
    cwd: root,
    encoding: 'utf8',
  });
  const conventional = /^(feat|fix|perf|refactor|docs|test|build|ci|chore|style|revert)(\([^)]+\))?!?: \S/;
  expect(subjects.split('\n').filter((subject) => subject !== '' && !conventional.test(subject))).toEqual([]);
});

test('[S-96] the licence is MIT', () => {
  expect(license).toBe('MIT');
  expect(read('LICENSE')).toContain('MIT License');
  expect(read('LICENSE')).toContain('Kontor contributors');
});
