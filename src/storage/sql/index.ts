import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault, makeFolders } from '../../kernel/light/index.ts';
import { hasStore, migrate } from './migrate.ts';
import { postgresCapabilities } from './postgres/capabilities.ts';
import { connect } from './postgres/connection.ts';
import { withFaults } from './postgres/faults.ts';
import { postgresSearcher } from './postgres/searcher.ts';
import { LONGEST_QUERY } from './postgres/patience.ts';
import { PostgresWriter } from './postgres/writer.ts';
import { sqliteCapabilities } from './sqlite/capabilities.ts';
import { changesOn, kyselyOn, openDatabase } from './sqlite/connection.ts';
import { sqliteSearcher } from './sqlite/searcher.ts';
import { SqliteWriter } from './sqlite/writer.ts';
import { storeOn, type SqlStore } from './store.ts';

export { lockStore } from './sqlite/server-lock.ts';
export type { SqlStore } from './store.ts';

/** Where a store's rows are: a file, or a `postgresql:` URL. */
export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgresql'; url: string };

/** An opened store, and the migrations that opening it ran. */
export interface OpenedStore {
  store: SqlStore;
  migrations: string[];
}

/**
 * Opens a store and brings its schema up to date. With `create: false` it refuses to make one where there is none: an
 * admin command with a mistyped setting must not leave an empty store behind.
 */
export async function openSqlStore(
  location: DatabaseLocation,
  options: { create: boolean },
): Promise<OpenedStore> {
  return location.kind === 'sqlite'
    ? openSqlite(location.path, options)
    : openPostgres(location.url, options);
}

async function openSqlite(path: string, { create }: { create: boolean }): Promise<OpenedStore> {
  if (!create && !existsSync(path)) throw noStore(path);
  await makeFolders(dirname(path));
  const database = openDatabase(path);
  const db = kyselyOn(database);
  try {
    if (!create && !(await hasStore(db))) throw noStore(path);
    const migrations = await migrate(db, sqliteCapabilities);
    const store = await storeOn(db, new SqliteWriter(path), sqliteSearcher(path));
    return { store: { ...store, shared: false, changes: changesOn(database) }, migrations };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

async function openPostgres(url: string, { create }: { create: boolean }): Promise<OpenedStore> {
  const { db, limitQueries } = await connect(url);
  try {
    if (!create && !(await hasStore(db))) throw noStore(new URL(url).host);
    const migrations = await migrate(db, postgresCapabilities);
    const store = await storeOn(db, new PostgresWriter(db), postgresSearcher(db));
    limitQueries(LONGEST_QUERY);
    return { store: withFaults({ ...store, shared: true }), migrations };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function noStore(where: string): Fault {
  return new Fault(
    'not_found',
    `There is no Kontor store at ${where}. Start the server once, or point KONTOR_DATA or KONTOR_DATABASE at the right place.`,
  );
}
