import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment } from '../../../test/setup/leftovers.ts';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import { findCommit, type CommitQuestion } from './find-commit.ts';

const env = {
  ...cleanEnvironment(),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'anna',
  GIT_AUTHOR_EMAIL: 'anna@example.com',
  GIT_COMMITTER_NAME: 'anna',
  GIT_COMMITTER_EMAIL: 'anna@example.com',
};

let clone: string;
let sha: string;

beforeAll(() => {
  clone = temporaryFolder('clone');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, env, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=feature/x');
  git('remote', 'add', 'origin', 'git@git.example.com:acme/demo.git');
  writeFileSync(join(clone, 'index.js'), '');
  git('add', 'index.js');
  git('commit', '--quiet', '--message=first');
  sha = git('rev-parse', 'HEAD');
});

function find(question: Partial<CommitQuestion> = {}) {
  return findCommit({ cwd: clone, env, given: {}, allowDirty: false, ...question });
}

describe('the commit that is published', () => {
  test('is what git has checked out', async () => {
    expect(await find()).toEqual({
      sha,
      branch: 'feature/x',
      repository: 'https://git.example.com/acme/demo',
      pullRequest: undefined,
      run: undefined,
    });
  });

  test('is that of the job, if there is one', async () => {
    const event = join(temporaryFolder('event'), 'event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { number: 3, head: { sha: 'b'.repeat(40) } } }));
    const job = { ...env, GITHUB_SHA: sha, GITHUB_REPOSITORY: 'acme/demo', GITHUB_EVENT_PATH: event };
    expect(await find({ env: job })).toMatchObject({
      sha: 'b'.repeat(40),
      pullRequest: '3',
      branch: undefined,
    });
  });

  test('is what was said, without a branch that is at another one', async () => {
    const given = { sha: 'C'.repeat(40), repository: 'https://git.example.com/acme/other.git' };
    expect(await find({ given })).toMatchObject({
      sha: 'c'.repeat(40),
      branch: undefined,
      repository: 'https://git.example.com/acme/other',
    });
    expect(await find({ given: { sha: sha.slice(0, 9) } })).toMatchObject({ sha });
  });

  test('must be known', async () => {
    const job = { ...env, GITHUB_SHA: sha, GITHUB_EVENT_PATH: '/nowhere/event.json' };
    await expect(find({ env: job })).rejects.toThrow('GITHUB_EVENT_PATH');
    expect(await find({ env: job, given: { sha } })).toMatchObject({ sha });
    await expect(find({ cwd: temporaryFolder('empty') })).rejects.toThrow('say it with --sha');
    await expect(find({ given: { sha: '--all' } })).rejects.toThrow(
      '"--all" is no commit that git knows here',
    );
  });

  test('must be what lies there, unless that does not matter', async () => {
    writeFileSync(join(clone, 'index.js'), 'changed');
    writeFileSync(join(clone, 'built.js'), 'git does not know it');
    await expect(find()).rejects.toThrow(/^Files differ from the commit: index\.js\. .*--allow-dirty/);
    expect(await find({ allowDirty: true })).toMatchObject({ sha });
  });
});
