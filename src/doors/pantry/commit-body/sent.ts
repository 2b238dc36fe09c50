import { Fault, type Digests } from '../../../kernel/index.ts';
import { megabytes } from '../../pantry-uploads.ts';
import type { CommitUpload, StagedBlob } from '../../../registry/index.ts';

/** A package as it was sent, its archive not opened yet. */
export interface SentPackage {
  name: string;
  version: string | undefined;
  packageDir: string | undefined;
  staged: StagedBlob;
  digests: Digests;
}

export interface CommitBody extends Omit<CommitUpload, 'packages'> {
  packages: SentPackage[];
}

export interface CommitBodyOptions {
  /** Bytes of one archive. */
  maxTarballBytes: number;
  maxPackages: number;
  /** Throws what is wrong with the name, or with whoever sends it; asked before the archive is read, where the name comes first. */
  mayBring: (name: string) => Promise<void>;
  stage: () => Promise<StagedBlob>;
}

/** What was said of the commit, in whatever dialect; nothing in it has been checked. */
export interface CommitNotes {
  sha?: unknown;
  repository?: unknown;
  branch?: unknown;
  pullRequest?: unknown;
  run?: unknown;
}

/** The notes by their types. Fault `bad_request` for one of another type; an empty text is one that was not sent. */
export function readNotes(notes: CommitNotes): Omit<CommitUpload, 'packages'> {
  const sha = textOf('sha', notes.sha);
  if (sha === undefined) throw new Fault('bad_request', 'Missing sha');
  return {
    sha,
    repository: textOf('repository', notes.repository),
    branch: textOf('branch', notes.branch),
    pullRequest: countOf('pullRequest', notes.pullRequest),
    run: countOf('run', notes.run),
  };
}

/** Fault `bad_request` for what is neither a text nor missing. */
export function textOf(what: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new Fault('bad_request', `${what} is a text.`);
}

/** Fields of forms are texts, of JSON numbers. */
function countOf(what: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const count = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new Fault('bad_request', `${what} is a whole number, such as 42.`);
}

export function tooLarge(name: string, maxBytes: number): Fault {
  return new Fault('too_large', `Tarball for ${name} exceeds maximum size of ${megabytes(maxBytes)}`);
}

export async function discardAll(packages: { staged: Pick<StagedBlob, 'discard'> }[]): Promise<void> {
  // What cannot be discarded now is swept later.
  await Promise.allSettled(packages.map(({ staged }) => staged.discard()));
}
