import type { PackageCommand, PublishCommand, PublishOutcome } from './commands.ts';
import type { StoredArtifact } from './rows.ts';

/** A version that waits for somebody's approval. */
export interface StagedVersion {
  /** UUID. */
  id: string;
  packageName: string;
  version: string;
  /** Tags that it asks for. */
  tags: string[];
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Name of whoever staged it, null for the server itself, and how they authenticated (see `Actor`). */
  stagedBy: string | null;
  via: string;
  /** Its files, which nobody else can get at. */
  artifacts: StoredArtifact[];
}

/** A publish whose effect waits for a decision; who stages is the actor of its event. */
export interface StageCommand extends PublishCommand {
  stageId: string;
  state: 'staged' | 'pending';
}

/** Somebody's yes or no to a staged version. */
export interface DecisionCommand extends PackageCommand {
  stageId: string;
}

export interface StagedQuery {
  registryId: number;
  /** Only packages that this user owns, or `all`. */
  writerId: number | 'all';
  /** Only this package, or null. */
  name: string | null;
  limit: number;
  offset: number;
}

/** Versions that wait for approval. They hold their number and show in nothing that `Catalogue` answers. */
export interface StagedVersions {
  /** As `Catalogue.publish`, without tags, revision and document. Fault `version_staged` too. */
  stage(command: StageCommand): Promise<PublishOutcome>;
  find(registryId: number, stageId: string): Promise<StagedVersion | undefined>;
  /** Oldest first, and how many there are. */
  list(query: StagedQuery): Promise<{ items: StagedVersion[]; total: number }>;
  /** Publishes it, with tags, revision and event. Of several decisions one is made; the others are Fault `not_found`. */
  approve(command: DecisionCommand): Promise<{ revision: number }>;
  /** Takes it away: its number is free again. Faults as `approve`. */
  reject(command: DecisionCommand): Promise<void>;
}
