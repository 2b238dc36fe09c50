import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';
import type { Schema } from '../schema/index.ts';

/** How long a connection waits for another process that writes (an admin command beside the server), milliseconds. */
const BUSY_TIMEOUT = 10_000;

/** Opens the file with the settings that our promises need: WAL, and a sync of the log before a COMMIT returns. */
export function openDatabase(path: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: BUSY_TIMEOUT });
  if (options.readOnly !== true) {
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
  }
  database.exec('pragma foreign_keys = on');
  return database;
}

/** What each Kysely works on; a transaction of it is none of these. */
const databases = new WeakMap<Kysely<Schema>, DatabaseSync>();

/** Kysely on Node's own SQLite. Statements are prepared once and kept: our queries are a fixed, small set. */
export function kyselyOn(database: DatabaseSync): Kysely<Schema> {
  const db = new Kysely<Schema>({
    dialect: new NodeSqliteDialect({ database: new PreparedDatabase(database) }),
  });
  databases.set(db, database);
  return db;
}

/** Runs a statement with these values and answers its first row. */
export type FirstRow = (values: readonly unknown[]) => Record<string, unknown> | undefined;

/** Prepares a statement that runs beside Kysely and answers at once. Undefined if `db` is not what `kyselyOn` made. */
export function firstRowOn(db: Kysely<Schema>, sql: string): FirstRow | undefined {
  const statement = databases.get(db)?.prepare(sql);
  if (statement === undefined) return undefined;
  // The objects that SQLite's binding makes are slow to make and slow to read.
  statement.setReturnArrays(true);
  const columns = statement.columns().map(({ name }) => name);
  return (values) => {
    const cells = statement.get(...inputs(values)) as unknown[] | undefined;
    if (cells === undefined) return undefined;
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = cells[index];
    return row;
  };
}

/** See `SqlStore.changes`: https://sqlite.org/pragma.html#pragma_data_version. Writes have a connection of their own, so it sees them all. */
export function changesOn(database: DatabaseSync): () => number {
  const statement = database.prepare('pragma data_version');
  statement.setReturnArrays(true);
  return () => (statement.get() as unknown as [number])[0];
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(config: { database: SqliteDatabase }) {
    super(config);
    this.#database = config.database;
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }
}

/** SQLite does run DDL in transactions; the stock adapter only does not rely on it. Migrations do. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** A deferred BEGIN fails with SQLITE_BUSY_SNAPSHOT when a transaction reads first and writes later. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class PreparedDatabase implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = new PreparedStatement(this.#database.prepare(sql));
      // A list of values of any length makes a statement of its own; keep the memory of those bounded.
      if (this.#statements.size >= 500) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#database.close();
  }
}

class PreparedStatement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...inputs(parameters));
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...inputs(parameters));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...inputs(parameters));
  }
}

/** Kysely hands on what the typed builder took; the schema has only types that SQLite knows. */
function inputs(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
