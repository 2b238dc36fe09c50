import type { Actor } from '../../ledger/index.ts';
import type { User, UserWithPassword } from '../store.ts';

/** A user as administrators see them. */
export interface UserRow extends User {
  /** Has a mail to their address arrived, or an administrator vouched for it? */
  emailVerified: boolean;
}

export interface UserQuery {
  /** Names after this one, in the order of names; null for the first page. */
  after: string | null;
  limit: number;
  role?: User['role'];
  disabled?: boolean;
}

/** A change that somebody makes to a user. */
interface Change {
  userId: number;
  at: number;
  by: Actor;
}

/**
 * Users as administrators look after them, at rest. Each change is one commit with its event; Fault `not_found` for a user who is
 * not there (any more), `last_administrator` for a change that would leave nobody to administer.
 */
export interface UserStore {
  list(query: UserQuery): Promise<UserRow[]>;
  find(name: string): Promise<UserRow | undefined>;
  /** The user with this verified address, in any case. */
  byEmail(email: string): Promise<UserWithPassword | undefined>;
  /** Event `user.role`, unless it is their role already. */
  setRole(change: Change & { role: User['role'] }): Promise<void>;
  /** Ends the user's sessions, links and logins under way; their tokens open nothing meanwhile. Event `user.disable`. */
  disable(change: Change): Promise<void>;
  /** Event `user.enable`. */
  enable(change: Change): Promise<void>;
  /**
   * Takes away all but the name, which nobody can have again, and what the user published. `heirId` becomes an owner of every package
   * (`all`) or of those that would have no owner (`orphans`); null: Fault `conflict` if there are such. Event `user.delete`.
   */
  remove(
    change: Change & { heirId: number | null; inherits: 'all' | 'orphans' },
  ): Promise<{ inherited: number }>;
}
