import type { Actor } from './actor.ts';

/** `refused`: somebody asked for it and was told no. */
export type EventResult = 'done' | 'refused';

/** `via` of the actor of an event that was written before more than the user's id was kept. */
export const FROM_BEFORE = 'unknown';

/**
 * What happened, in the words that audit, webhooks and mirrors share. An event is written in the same commit as the
 * change that it tells of; its place in the global order comes later, from the sealer.
 */
export interface NewEvent {
  /** `package.publish`, `package.tag`, `user.create`, …: noun, dot, verb. */
  type: string;
  /** Milliseconds since the epoch, by the clock of the replica that made the change. */
  at: number;
  actor: Actor;
  /** `done` if left out. */
  result?: EventResult;
  registry: string | null;
  package: string | null;
  version: string | null;
  /** Facts of this type of event; JSON values only. */
  detail: Record<string, unknown>;
}

/** An event with its place in the order: `seq` counts from 1 without gaps. */
export interface SealedEvent extends NewEvent {
  seq: number;
  /** SHA-256 hex over the previous event's hash and this event's canonical text; see `chain.ts`. */
  hash: string;
}

/** Where events are kept. Writing happens inside the commands of the other ports. */
export interface EventStore {
  /**
   * Gives the events that have none their place and hash, at most `limit`, oldest first; returns how many. Safe to call from several
   * replicas at once: the head of the chain is locked while it moves.
   */
  seal(limit: number): Promise<number>;
  /** Sealed events after `seq`, in order. */
  sealed(afterSeq: number, limit: number): Promise<SealedEvent[]>;
  /** How many events wait for the sealer. */
  unsealed(): Promise<number>;
}

/**
 * Rights to do a periodic job alone. A lease is a row with an expiry; a holder that stalls past it may find a
 * successor at work, so a leased job must also be correct when two run it.
 */
export interface Leases {
  /** Takes or renews the lease for `ttl` milliseconds from `now`; false if another holder has it. */
  acquire(name: string, holder: string, now: number, ttl: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
}
