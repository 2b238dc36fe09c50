import type { EventResult, NewEvent, SealedEvent } from '../events.ts';

/** Which events are wanted; what is left out does not matter. */
export interface AuditFilter {
  /** A user's name as it was at the time. */
  actor?: string;
  /** A type such as `package.publish`, or with a dot at its end all that begin so: `package.`. */
  type?: string;
  registry?: string;
  package?: string;
  result?: EventResult;
  /** Milliseconds since the epoch: not before, and before. */
  since?: number;
  until?: number;
}

export interface AuditQuery {
  filter: AuditFilter;
  /** `newest` first or `oldest` first. */
  order: 'newest' | 'oldest';
  /** Go on behind the event with this number; null: from the beginning. */
  after: number | null;
  limit: number;
}

/** The end of the chain. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** What is left of a stretch of the chain whose events are kept no longer. */
export interface Segment {
  firstSeq: number;
  lastSeq: number;
  /** Of the last event that was dropped: the next one builds on it. */
  hash: string;
  /** Milliseconds since the epoch. */
  droppedAt: number;
}

/** The record of changes, refusals and reads at rest. */
export interface AuditStore {
  /** Writes events that belong to no change of ours. */
  append(events: NewEvent[]): Promise<void>;
  /** Sealed events only: the others have no place yet. */
  find(query: AuditQuery): Promise<SealedEvent[]>;
  head(): Promise<ChainHead>;
  /** In their order. */
  segments(): Promise<Segment[]>;
  /**
   * Drops the sealed events at the beginning of the chain that happened before `before`, at most `most` of them, and keeps
   * their segment; undefined if there are none. The event is `audit.drop`.
   */
  dropBefore(order: { before: number; most: number; at: number }): Promise<Segment | undefined>;
}
