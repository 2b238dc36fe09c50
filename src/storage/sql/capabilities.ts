import type { Kysely, RawBuilder, SqlBool } from 'kysely';
import type { Schema } from './schema/index.ts';

/**
 * Where the two databases differ, by name. Commands ask for a capability, never for a product.
 */
export interface Capabilities {
  /** SELECT … FOR UPDATE exists. SQLite needs none: it has one writer. */
  rowLocks: boolean;
  /** Column types of the migrations. */
  types: {
    /** Primary key that counts by itself. */
    id: string;
    /** Text that compares by bytes, so that pages in key order mean the same everywhere. */
    text: string;
    bytes: string;
  };
  search: SearchCapability;
  /**
   * SQL that makes every change of a package in a registry that `registry_revisions` has a row of raise its revision there, and note it
   * in `packages.registry_revision`, within the transaction. Revisions become visible in their order.
   */
  packageChanges: { create: string[] };
}

/** Full-text search over `package_search`, whose words are compared by their beginnings, in any case. */
export interface SearchCapability {
  /** SQL that makes the table and its index. */
  create: string[];
  /** Condition that every word begins some word of the row; words hold letters and digits only. */
  matches(words: string[]): RawBuilder<SqlBool>;
}

/** What a command runs on: a transaction of its own (PostgreSQL) or a savepoint in a shared one (SQLite). */
export interface Session {
  db: Kysely<Schema>;
  capabilities: Capabilities;
}

/** Locks the selected rows until the command ends, where the database has more than one writer. */
export function lockRows<Q extends { forUpdate(): Q }>(session: Session, query: Q): Q {
  return session.capabilities.rowLocks ? query.forUpdate() : query;
}
