import type { Digests } from '../../kernel/index.ts';
import type { Actor, NewEvent } from '../../ledger/index.ts';
import type { PreviewSight } from '../../policy/index.ts';
import type { BlobRow } from '../ports/index.ts';

/**
 * A package as a commit made it: a movable pointer (registry, sha, name) to bytes that never change. No version, and its bytes are shared
 * with nothing.
 */
export interface PreviewRow extends Digests {
  /** Of the commit, as it was sent but for capitals. */
  sha: string;
  name: string;
  /** What package.json says, or what was said beside it; null if neither does. */
  version: string | null;
  /** Where in the repository it is, as it was sent. */
  packageDir: string | null;
  /** As it was sent, usually a URL. */
  repository: string | null;
  /** Only its publisher and administrators may see it. */
  restricted: boolean;
  publisherId: number | null;
  /** Name of who published it: of a user, or of a machine's job. */
  publishedBy: string | null;
  /** Milliseconds. */
  publishedAt: number;
  /** Key in the blob store; never used again. */
  key: string;
}

export interface NewPreview extends Digests {
  name: string;
  version: string | null;
  packageDir: string | null;
  restricted: boolean;
  key: string;
  /** The rule that lets a machine publish, as in `PublishCommand`. */
  trustedPublisherId?: string;
  event: NewEvent;
}

/** What a branch or a pull request points at, for each package by itself. */
export interface CursorPlace {
  /** Lower case. */
  owner: string;
  /** Lower case. */
  repo: string;
  /** A branch, or the number of a pull request. */
  ref: string;
}

/** Packages of one commit, as one command. */
export interface PublishPreviews {
  registryId: number;
  sha: string;
  repository: string | null;
  packages: NewPreview[];
  /** Where to point at this commit, unless a newer run has been there. */
  cursors: CursorPlace[];
  /** The run of the continuous integration; null: time decides. */
  run: number | null;
  publisherId: number | null;
  publishedBy: string | null;
  /** True if the publisher may write to what others own. */
  overrideOwnership: boolean;
  /** Previews that were published then or earlier are gone; milliseconds, -1: none is. */
  goneUntil: number;
  at: number;
}

export type PreviewsOutcome =
  /** With the keys that nothing needs any more: their bytes may go. */
  | { outcome: 'published'; unusedKeys: string[] }
  /** The sweeper took the bytes for what a crash left behind: promote them anew, under another key. */
  | { outcome: 'swept'; key: string };

/** What everybody who looks for previews says. */
export interface PreviewQuery {
  registryId: number;
  /** As in `PublishPreviews`. */
  goneUntil: number;
}

/** Whose eyes go over many names at a time. */
export interface PreviewReader {
  /** As in `SearchQuery`. */
  readerId: number | 'all' | null;
  /** Names of packages that trust whoever asks. */
  trustedBy: string[];
}

/** Who sends packages of a commit: a user, or a machine's job by its name. */
export type PreviewSender = { userId: number; administrator: boolean } | { job: string };

/** What is removed because its time is over, or may be. */
export interface ExpiredPreviews {
  removed: number;
  bytes: number;
  /** Their bytes may go. */
  keys: string[];
}

/** Packages as commits made them, kept for a while beside the released versions. */
export interface PreviewStore {
  /**
   * Adds or replaces each preview, and moves the cursors: all or nothing. Writes an event `preview.publish` for each. Faults as
   * `Catalogue.publish`.
   */
  publish(command: PublishPreviews): Promise<PreviewsOutcome>;
  /** Commits whose sha begins so and of which there is a preview that the reader may see, in the order of their shas. */
  commits(
    query: PreviewQuery & { beginning: string; reader: PreviewReader; limit: number },
  ): Promise<string[]>;
  /** The previews of a commit that the reader may see, by name. */
  ofCommit(query: PreviewQuery & { sha: string; reader: PreviewReader }): Promise<PreviewRow[]>;
  /**
   * Names of those of a commit that the reader may see and the sender vouches for: published by the very user, or, since the name has a
   * package here, by that package's publishers of whom the user is one, or by a job of the same name.
   */
  siblings(
    query: PreviewQuery & { sha: string; reader: PreviewReader; sender: PreviewSender },
  ): Promise<string[]>;
  /** Previews of a package of commits whose sha begins so, in the order of their shas. */
  ofPackage(
    query: PreviewQuery & { name: string; beginning: string; sight: PreviewSight; limit: number },
  ): Promise<PreviewRow[]>;
  /**
   * The preview that a cursor of the package points at; up to two, first the one whose cursor was moved last, where several publishers
   * have such a cursor or, without a repository, several repositories.
   */
  atCursor(
    query: PreviewQuery & {
      name: string;
      ref: string;
      repository: Omit<CursorPlace, 'ref'> | undefined;
      sight: PreviewSight;
    },
  ): Promise<PreviewRow[]>;
  /**
   * Removes previews that were published until `goneUntil`, at most `limit`, oldest first, and the cursors that led to them. Writes an
   * event `preview.expire` for each.
   */
  expire(command: { goneUntil: number; limit: number; by: Actor; at: number }): Promise<ExpiredPreviews>;
  /** The blobs of previews after `afterKey` in key order: what must be in the blob store under `commits/`. */
  blobs(page: { goneUntil: number; afterKey: string; limit: number }): Promise<BlobRow[]>;
  /** Which of these keys a preview has. */
  knownKeys(keys: string[]): Promise<Set<string>>;
  /** Bars `key` from ever being used, if no preview has it; true if it is barred now. See `Catalogue.barKey`. */
  barKey(key: string, at: number): Promise<boolean>;
}
