import { readFile } from 'node:fs/promises';
import { Fault } from '../../kernel/index.ts';
import { commitOfJob, type Commit, type PartialCommit, type Variables } from './commit.ts';
import { repositoryUrl } from './repository-url.ts';
import { runTool } from './run-tool.ts';

export interface CommitQuestion {
  cwd: string;
  env: Variables;
  /** What was said on the command line, which wins. */
  given: PartialCommit;
  /** Publish although files that git knows were changed. */
  allowDirty: boolean;
}

const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/**
 * The commit that is published: as it was said, else as the job's variables tell, else what git has checked out in `cwd`. Faults
 * `bad_request` if that tells of none, and for files that were changed since it.
 */
export async function findCommit({ cwd, env, given, allowDirty }: CommitQuestion): Promise<Commit> {
  const git = await gitIn(cwd, env);
  if (!allowDirty) await refuseChanges(git);
  const job = commitOfJob(env, given.sha === undefined ? await readEvent(env) : undefined);
  const sha = given.sha ?? job.sha ?? (await git?.('rev-parse', 'HEAD'));
  if (sha === undefined) {
    throw new Fault(
      'bad_request',
      'It is not known which commit this is: run it where git has one checked out, or say it with --sha.',
    );
  }
  // A sha of its own choice is no commit that the checked-out branch is at, nor one of the job's pull request.
  const other = given.sha !== undefined;
  const repository = given.repository ?? job.repository ?? (await git?.('remote', 'get-url', 'origin'));
  return {
    sha: await wholeSha(sha, git),
    repository: repository && repositoryUrl(repository),
    branch: given.branch ?? (other ? undefined : await branchOf(job, git)),
    pullRequest: given.pullRequest ?? (other ? undefined : job.pullRequest),
    run: given.run ?? job.run,
  };
}

/** The standard output of `git …` without its last line break; undefined if git refuses. */
type Git = (...args: string[]) => Promise<string | undefined>;

async function gitIn(cwd: string, env: Variables): Promise<Git | undefined> {
  const git: Git = async (...args) => {
    const result = await runTool('git', args, { cwd, env });
    const said = result?.stdout.trimEnd();
    return result?.code === 0 && said !== '' ? said : undefined;
  };
  return (await git('rev-parse', '--git-dir')) === undefined ? undefined : git;
}

async function refuseChanges(git: Git | undefined): Promise<void> {
  const changed = await git?.('status', '--porcelain', '--untracked-files=no');
  if (changed === undefined) return;
  const files = changed.split('\n').map((line) => line.slice(3));
  const named = files.slice(0, 5).join(', ');
  const more = files.length > 5 ? ` and ${files.length - 5} more` : '';
  throw new Fault(
    'bad_request',
    `Files differ from the commit: ${named}${more}. Commit or restore them (in CI, npm ci leaves the lock file alone), or publish all the same with --allow-dirty.`,
  );
}

async function branchOf(job: PartialCommit, git: Git | undefined): Promise<string | undefined> {
  // A job knows whether there is one to name; it mostly has no branch checked out.
  return job.sha === undefined ? git?.('symbolic-ref', '--short', '--quiet', 'HEAD') : job.branch;
}

async function wholeSha(sha: string, git: Git | undefined): Promise<string> {
  if (FULL_SHA.test(sha)) return sha.toLowerCase();
  const whole = await git?.('rev-parse', '--verify', '--quiet', '--end-of-options', `${sha}^{commit}`);
  if (whole !== undefined) return whole;
  throw new Fault(
    'bad_request',
    `${JSON.stringify(sha)} is no commit that git knows here: write its whole sha, of 40 hexadecimal digits.`,
  );
}

async function readEvent(env: Variables): Promise<unknown> {
  const file = env['GITHUB_EVENT_PATH'];
  if (!file) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Fault(
      'bad_request',
      'The file that GITHUB_EVENT_PATH names cannot be read as JSON, so it is not known which commit this is: say it with --sha.',
      { cause },
    );
  }
}
