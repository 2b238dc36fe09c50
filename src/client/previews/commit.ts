/** The commit that previews are of, and what is said of it beside. */
export interface Commit {
  sha: string;
  /** URL of its repository; undefined if nothing tells. */
  repository: string | undefined;
  /** Undefined for a pull request from a fork: its branch `main` is not that of the repository. */
  branch: string | undefined;
  /** Number of the pull request, or merge request, that it belongs to. */
  pullRequest: string | undefined;
  /** Later runs of the same continuous integration have greater numbers. */
  run: string | undefined;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The part of a commit that could be found out. */
export type PartialCommit = { [Key in keyof Commit]?: string | undefined };

/** What a service of continuous integration says of the commit that it works on. */
interface Service {
  /** A variable that it alone sets. */
  sign: string;
  read: (env: Variables) => PartialCommit;
}

const SERVICES: readonly Service[] = [
  // Its jobs have variables of GitLab's names too.
  { sign: 'CI_PIPELINE_FORGE_URL', read: woodpecker },
  { sign: 'GITLAB_CI', read: gitlab },
  { sign: 'BITBUCKET_COMMIT', read: bitbucket },
  { sign: 'CIRCLE_SHA1', read: circle },
  { sign: 'BUILD_SOURCEVERSION', read: azure },
  { sign: 'DRONE_COMMIT_SHA', read: drone },
  { sign: 'CI_COMMIT_SHA', read: woodpecker },
  { sign: 'GIT_COMMIT', read: jenkins },
];

/**
 * What the variables of a job tell; empty outside of one.
 *
 * @param event what happened, as GitHub Actions, Forgejo and Gitea tell it in the file `GITHUB_EVENT_PATH`; undefined elsewhere
 */
export function commitOfJob(variables: Variables, event: unknown): PartialCommit {
  // Services set variables that have nothing to say to nothing.
  const env = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value || undefined]),
  );
  if (env['GITHUB_SHA'] !== undefined) return github(env, event);
  return SERVICES.find(({ sign }) => env[sign] !== undefined)?.read(env) ?? {};
}

/** Docs.github.com, "Variables reference". On a pull request GITHUB_SHA is a merge that nobody has in their history. */
function github(env: Variables, event: unknown): PartialCommit {
  const pull = at(event, 'pull_request');
  const repository = env['GITHUB_REPOSITORY'];
  const isBranch = env['GITHUB_REF_TYPE'] === 'branch';
  const common = {
    repository: repository && `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}`,
    run: env['GITHUB_RUN_ID'],
  };
  // Started by another workflow, of a fork perhaps, and in the default branch itself.
  const source = env['GITHUB_EVENT_NAME'] === 'workflow_run' ? at(event, 'workflow_run') : undefined;
  if (source !== undefined) {
    return {
      ...common,
      sha: textAt(source, 'head_sha'),
      branch: isSame(at(source, 'head_repository'), repository) ? textAt(source, 'head_branch') : undefined,
      pullRequest: textAt(at(at(source, 'pull_requests'), '0'), 'number'),
    };
  }
  if (pull === undefined) {
    return { ...common, sha: env['GITHUB_SHA'], branch: isBranch ? env['GITHUB_REF_NAME'] : undefined };
  }
  const head = at(pull, 'head');
  return {
    ...common,
    sha: textAt(head, 'sha') ?? env['GITHUB_SHA'],
    branch: isSame(at(head, 'repo'), repository) ? textAt(head, 'ref') : undefined,
    pullRequest: textAt(pull, 'number'),
  };
}

/** Docs.gitlab.com, "Predefined CI/CD variables reference". In a merged results pipeline CI_COMMIT_SHA is a merge of GitLab's own. */
function gitlab(env: Variables): PartialCommit {
  const ofFork = env['CI_MERGE_REQUEST_SOURCE_PROJECT_ID'] !== env['CI_MERGE_REQUEST_PROJECT_ID'];
  return {
    sha: env['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'] ?? env['CI_COMMIT_SHA'],
    repository: env['CI_MERGE_REQUEST_PROJECT_URL'] ?? env['CI_PROJECT_URL'],
    branch: ofFork ? undefined : (env['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'] ?? env['CI_COMMIT_BRANCH']),
    pullRequest: env['CI_MERGE_REQUEST_IID'],
    run: env['CI_PIPELINE_ID'],
  };
}

/** Support.atlassian.com, "Variables and secrets". */
function bitbucket(env: Variables): PartialCommit {
  return {
    sha: env['BITBUCKET_COMMIT'],
    repository: env['BITBUCKET_GIT_HTTP_ORIGIN'],
    branch: env['BITBUCKET_BRANCH'],
    pullRequest: env['BITBUCKET_PR_ID'],
    run: env['BITBUCKET_BUILD_NUMBER'],
  };
}

/** Circleci.com/docs, "Built-in environment variables". A branch `pull/7` is a pull request from a fork. */
function circle(env: Variables): PartialCommit {
  const branch = env['CIRCLE_BRANCH'];
  const ofFork = /^pull\/(\d+)$/.exec(branch ?? '')?.[1];
  return {
    sha: env['CIRCLE_SHA1'],
    repository: env['CIRCLE_REPOSITORY_URL'],
    branch: ofFork === undefined ? branch : undefined,
    pullRequest: ofFork ?? env['CIRCLE_PR_NUMBER'] ?? /\/(\d+)$/.exec(env['CIRCLE_PULL_REQUEST'] ?? '')?.[1],
    run: env['CIRCLE_BUILD_NUM'],
  };
}

/** Learn.microsoft.com, "Use predefined variables". On a pull request BUILD_SOURCEVERSION is a merge. */
function azure(env: Variables): PartialCommit {
  const branch = env['SYSTEM_PULLREQUEST_SOURCEBRANCH'] ?? env['BUILD_SOURCEBRANCH'];
  const ofFork = env['SYSTEM_PULLREQUEST_ISFORK']?.toLowerCase() === 'true';
  return {
    sha: env['SYSTEM_PULLREQUEST_SOURCECOMMITID'] ?? env['BUILD_SOURCEVERSION'],
    repository: env['BUILD_REPOSITORY_URI'],
    branch: ofFork ? undefined : branchIn(branch),
    pullRequest: env['SYSTEM_PULLREQUEST_PULLREQUESTNUMBER'] ?? env['SYSTEM_PULLREQUEST_PULLREQUESTID'],
    run: env['BUILD_BUILDID'],
  };
}

/** Docs.drone.io, "Environment variables". */
function drone(env: Variables): PartialCommit {
  return {
    sha: env['DRONE_COMMIT_SHA'],
    repository: env['DRONE_REPO_LINK'],
    branch: env['DRONE_SOURCE_BRANCH'] ?? env['DRONE_BRANCH'],
    pullRequest: env['DRONE_PULL_REQUEST'],
    run: env['DRONE_BUILD_NUMBER'],
  };
}

/** Woodpecker-ci.org/docs, "Environment variables". */
function woodpecker(env: Variables): PartialCommit {
  return {
    sha: env['CI_COMMIT_SHA'],
    repository: env['CI_REPO_URL'],
    branch: env['CI_COMMIT_SOURCE_BRANCH'] ?? env['CI_COMMIT_BRANCH'],
    pullRequest: env['CI_COMMIT_PULL_REQUEST'],
    run: env['CI_PIPELINE_NUMBER'],
  };
}

/** Plugins.jenkins.io, "git" and "GitHub Branch Source". */
function jenkins(env: Variables): PartialCommit {
  const pullRequest = env['CHANGE_ID'];
  return {
    sha: env['GIT_COMMIT'],
    repository: env['GIT_URL'],
    branch: pullRequest === undefined ? env['GIT_BRANCH']?.replace(/^origin\//, '') : env['CHANGE_BRANCH'],
    pullRequest,
    run: env['BUILD_NUMBER'],
  };
}

function isSame(repository: unknown, fullName: string | undefined): boolean {
  return textAt(repository, 'full_name')?.toLowerCase() === fullName?.toLowerCase();
}

function branchIn(ref: string | undefined): string | undefined {
  return ref?.startsWith('refs/') ? /^refs\/heads\/(.+)$/.exec(ref)?.[1] : ref;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = at(value, key);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
