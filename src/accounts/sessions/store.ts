import type { Actor } from '../../ledger/index.ts';
import type { User } from '../store.ts';

export interface NewSession {
  userId: number;
  /** SHA-256 hex of the random claim `sid`: a copy of the database opens no session. */
  sidHash: string;
  /** What the client calls itself. */
  client: string;
  address: string | null;
  at: number;
  expiresAt: number;
  by: Actor;
}

/** A session as its owner sees it in a list. */
export interface SessionRow {
  id: number;
  client: string;
  address: string | null;
  createdAt: number;
  expiresAt: number;
}

/** Sessions at rest, where every replica finds them: one that has ended is gone at the next request. */
export interface SessionStore {
  /** Removes expired ones. Writes the event `session.start`; returns the id. */
  start(session: NewSession): Promise<number>;
  /** The session with its user, whatever the user's state. */
  find(sidHash: string): Promise<{ id: number; expiresAt: number; user: User } | undefined>;
  /** Newest first, without expired ones. */
  of(userId: number, now: number): Promise<SessionRow[]>;
  /** Ends a session of this user. False if there is none. Writes the event `session.end`. */
  end(session: { id: number; userId: number; at: number; by: Actor }): Promise<boolean>;
  /** Notes that this signing secret is a former one; returns since when, which the first caller decides. */
  retireSecret(secret: { fingerprint: string; at: number }): Promise<number>;
}
