import { Fault, type Digests } from '../../kernel/index.ts';
import type { StagedBlob } from '../ports/index.ts';
import { cursorPlaces } from './repository.ts';
import { checkSha } from './sha.ts';
import type { CursorPlace } from './store.ts';

/** A package of a commit as a door read it, with its bytes staged. */
export interface PreviewPackage {
  /** That of the archive's package.json. */
  name: string;
  version?: string | undefined;
  packageDir?: string | undefined;
  /** True if its package.json asks for access by few: `publishConfig.access`. */
  restricted?: boolean;
  digests: Digests;
  staged: Pick<StagedBlob, 'promote' | 'discard'>;
}

/** Packages of one commit. */
export interface CommitUpload {
  sha: string;
  repository?: string | undefined;
  /** Branch that the commit is the head of. */
  branch?: string | undefined;
  /** Number of the pull request that the commit is the head of. */
  pullRequest?: number | undefined;
  /** Number of the continuous integration's run; a later one has a greater number. */
  run?: number | undefined;
  packages: PreviewPackage[];
}

/** One request brings no more; a commit may have any number. */
export const MOST_PACKAGES = 200;
const LONGEST_NOTE = 500;
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/** What an upload says of its commit, checked. Fault `bad_request`. */
export function checkCommit(upload: Omit<CommitUpload, 'packages'>): {
  sha: string;
  repository: string | null;
  cursors: CursorPlace[];
  run: number | null;
} {
  const { repository, branch, pullRequest, run } = upload;
  const sha = checkSha(upload.sha);
  checkNote('repository', repository);
  checkNote('branch', branch);
  checkCount('pullRequest', pullRequest);
  checkCount('run', run);
  return {
    sha,
    repository: repository ?? null,
    cursors: cursorPlaces({ repository, branch, pullRequest }),
    run: run ?? null,
  };
}

/** Fault `bad_request` for too many packages, for the same twice, or for notes that are no words. */
export function checkPackages(packages: Pick<PreviewPackage, 'name' | 'version' | 'packageDir'>[]): void {
  if (packages.length === 0)
    throw new Fault('bad_request', 'A commit is published with its packages: send one.');
  if (packages.length > MOST_PACKAGES) {
    throw new Fault(
      'bad_request',
      `One request brings ${MOST_PACKAGES} packages at most, and this one ${packages.length}: send the others in a second one.`,
    );
  }
  const names = new Set<string>();
  for (const { name, version, packageDir } of packages) {
    if (names.has(name)) throw new Fault('bad_request', `${name} is there twice: send each package once.`);
    names.add(name);
    checkNote(`version of ${name}`, version);
    checkNote(`packageDir of ${name}`, packageDir);
  }
}

function checkNote(what: string, text: string | undefined): void {
  if (text === undefined || (text !== '' && text.length <= LONGEST_NOTE && PRINTABLE.test(text))) return;
  throw new Fault(
    'bad_request',
    `The ${what} has 1 to ${LONGEST_NOTE} characters, without line ends and other control characters.`,
  );
}

function checkCount(what: string, count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return;
  throw new Fault('bad_request', `${what} is a whole number, such as 42.`);
}
