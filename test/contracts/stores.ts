import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { openSqlStore, type DatabaseLocation, type SqlStore } from '../../src/storage/sql/index.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { afterFile } from '../setup/resources.ts';
import { rememberPostgres, rememberSqlite, type Remembered } from './remembered.ts';

/** A database that adapters can be opened on, as often as there are replicas. */
export interface TestDatabase {
  location: DatabaseLocation;
  drop(): Promise<void>;
}

export interface TestAdapter {
  name: string;
  /** True if several servers may share one database. */
  replicas: boolean;
  fresh(): Promise<TestDatabase>;
}

const sqlite: TestAdapter = {
  name: 'SQLite',
  replicas: false,
  fresh: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-sqlite-'));
    return {
      location: { kind: 'sqlite', path: join(folder, 'kontor.db') },
      drop: () => rm(folder, { recursive: true }),
    };
  },
};

const postgres: TestAdapter = {
  name: 'PostgreSQL',
  replicas: true,
  fresh: async () => {
    const database = await freshDatabase();
    return { location: { kind: 'postgresql', url: database.url }, drop: () => database.drop() };
  },
};

/** Every SQL adapter that this machine can run; the set-up says so loudly, and fails under CI, if PostgreSQL is missing. */
export const adapters: TestAdapter[] = hasPostgres() ? [sqlite, postgres] : [sqlite];

export interface FreshStore {
  store: SqlStore;
  location: DatabaseLocation;
  /** Gives it back. */
  close(): Promise<void>;
}

interface Kept {
  store: SqlStore;
  database: TestDatabase;
  remembered: Remembered;
}

/** Stores that a test has given back. To open one loads a thread, or runs every migration: most of what a short test takes. */
const idle = new Map<TestAdapter, Kept[]>();
/** As `freshStore`, for a test that needs but any. */
export function freshSqliteStore(): Promise<FreshStore> {
  return freshStore(sqlite);
}

/** A store whose tables hold what they hold in a new one, and that no other test uses at the moment. */
export async function freshStore(adapter: TestAdapter): Promise<FreshStore> {
  const kept = idle.get(adapter)?.pop() ?? (await open(adapter));
  return {
    store: kept.store,
    location: kept.database.location,
    close: async () => {
      await kept.remembered.restore();
      idle.set(adapter, [...(idle.get(adapter) ?? []), kept]);
    },
  };
}

async function open(adapter: TestAdapter): Promise<Kept> {
  const database = await adapter.fresh();
  const { location } = database;
  const { store } = await openSqlStore(location, { create: true });
  const remembered =
    location.kind === 'sqlite' ? rememberSqlite(location.path) : await rememberPostgres(location.url);
  afterFile(async () => {
    idle.delete(adapter);
    await remembered.close();
    await store.close();
    await database.drop();
  });
  return { store, database, remembered };
}

/** What somebody does who can write to the database itself. */
export async function execute(location: DatabaseLocation, statements: string): Promise<void> {
  if (location.kind === 'sqlite') {
    const file = new DatabaseSync(location.path, { timeout: 10_000 });
    file.exec(statements);
    file.close();
    return;
  }
  const client = new Client({ connectionString: location.url });
  await client.connect();
  await client.query(statements);
  await client.end();
}
