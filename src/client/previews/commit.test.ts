import { describe, expect, test } from 'vitest';
import { commitOfJob, type PartialCommit, type Variables } from './commit.ts';

const SHA = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';
const MERGE = 'ffffffffffffffffffffffffffffffffffffffff';

const actions: Variables = {
  GITHUB_SHA: MERGE,
  GITHUB_SERVER_URL: 'https://git.example.com',
  GITHUB_REPOSITORY: 'Acme/demo',
  GITHUB_RUN_ID: '12345678901',
};
const head = (fullName: string) => ({ sha: SHA, ref: 'feature/x', repo: { full_name: fullName } });
const common = { repository: 'https://git.example.com/Acme/demo', run: '12345678901' };

describe('the commit of a job', () => {
  test.each<[string, Variables, unknown, PartialCommit]>([
    [
      'of GitHub Actions on a push',
      { ...actions, GITHUB_SHA: SHA, GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' },
      {},
      { ...common, sha: SHA, branch: 'main' },
    ],
    [
      'of GitHub Actions on a tag',
      { ...actions, GITHUB_SHA: SHA, GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' },
      {},
      { ...common, sha: SHA, branch: undefined },
    ],
    [
      'of GitHub Actions on a pull request, whose head is not the merge that is checked out',
      { ...actions, GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: '88/merge' },
      { pull_request: { number: 88, head: head('acme/demo') } },
      { ...common, sha: SHA, branch: 'feature/x', pullRequest: '88' },
    ],
    [
      'of GitHub Actions on a pull request from a fork, whose branch says nothing here',
      actions,
      { pull_request: { number: 88, head: head('mallory/demo') } },
      { ...common, sha: SHA, branch: undefined, pullRequest: '88' },
    ],
    [
      'of GitHub Actions after another workflow',
      { ...actions, GITHUB_EVENT_NAME: 'workflow_run' },
      {
        workflow_run: {
          head_sha: SHA,
          head_branch: 'main',
          head_repository: { full_name: 'mallory/demo' },
          pull_requests: [{ number: 88 }],
        },
      },
      { ...common, sha: SHA, branch: undefined, pullRequest: '88' },
    ],
    [
      'of GitLab on a branch',
      {
        GITLAB_CI: 'true',
        CI_COMMIT_SHA: SHA,
        CI_PROJECT_URL: 'https://gitlab.example.com/acme/tools/demo',
        CI_COMMIT_BRANCH: 'main',
        CI_PIPELINE_ID: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://gitlab.example.com/acme/tools/demo',
        branch: 'main',
        pullRequest: undefined,
        run: '42',
      },
    ],
    [
      'of GitLab on a merged result from a fork',
      {
        GITLAB_CI: 'true',
        CI_COMMIT_SHA: MERGE,
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: SHA,
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'main',
        CI_MERGE_REQUEST_IID: '7',
        CI_MERGE_REQUEST_PROJECT_ID: '1',
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2',
        CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/acme/demo',
        CI_PROJECT_URL: 'https://gitlab.example.com/mallory/demo',
        CI_PIPELINE_ID: '43',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://gitlab.example.com/acme/demo',
        branch: undefined,
        pullRequest: '7',
        run: '43',
      },
    ],
    [
      'of Bitbucket',
      {
        BITBUCKET_COMMIT: SHA,
        BITBUCKET_GIT_HTTP_ORIGIN: 'https://bitbucket.example.com/acme/demo',
        BITBUCKET_BRANCH: 'feature/x',
        BITBUCKET_PR_ID: '7',
        BITBUCKET_BUILD_NUMBER: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://bitbucket.example.com/acme/demo',
        branch: 'feature/x',
        pullRequest: '7',
        run: '42',
      },
    ],
    [
      'of CircleCI, where a pull request from a fork is a branch',
      {
        CIRCLE_SHA1: SHA,
        CIRCLE_BRANCH: 'pull/7',
        CIRCLE_REPOSITORY_URL: 'git@github.com:acme/demo.git',
        CIRCLE_BUILD_NUM: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'git@github.com:acme/demo.git',
        branch: undefined,
        pullRequest: '7',
        run: '42',
      },
    ],
    [
      'of Azure Pipelines on a pull request',
      {
        BUILD_SOURCEVERSION: MERGE,
        SYSTEM_PULLREQUEST_SOURCECOMMITID: SHA,
        SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/feature/x',
        SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
        BUILD_SOURCEBRANCH: 'refs/pull/7/merge',
        BUILD_REPOSITORY_URI: 'https://dev.example.com/acme/demo',
        BUILD_BUILDID: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://dev.example.com/acme/demo',
        branch: 'feature/x',
        pullRequest: '7',
        run: '42',
      },
    ],
    [
      'of Drone',
      { DRONE_COMMIT_SHA: SHA, DRONE_BRANCH: 'main', DRONE_PULL_REQUEST: '', DRONE_BUILD_NUMBER: '42' },
      undefined,
      { sha: SHA, repository: undefined, branch: 'main', pullRequest: undefined, run: '42' },
    ],
    [
      'of Woodpecker, whose names are partly those of GitLab',
      {
        CI_PIPELINE_FORGE_URL: 'https://git.example.com/acme/demo/commit',
        CI_COMMIT_SHA: SHA,
        CI_COMMIT_BRANCH: 'main',
        CI_REPO_URL: 'https://git.example.com/acme/demo',
        CI_PIPELINE_NUMBER: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://git.example.com/acme/demo',
        branch: 'main',
        pullRequest: undefined,
        run: '42',
      },
    ],
    [
      'of Jenkins',
      {
        GIT_COMMIT: SHA,
        GIT_BRANCH: 'origin/main',
        GIT_URL: 'https://git.example.com/acme/demo.git',
        BUILD_NUMBER: '42',
      },
      undefined,
      {
        sha: SHA,
        repository: 'https://git.example.com/acme/demo.git',
        branch: 'main',
        pullRequest: undefined,
        run: '42',
      },
    ],
    ['is unknown outside of jobs', { HOME: '/home/anna' }, undefined, {}],
  ])('%s', (_, env, event, commit) => {
    expect(commitOfJob(env, event)).toEqual(commit);
  });
});
