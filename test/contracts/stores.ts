import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlStore, type DatabaseLocation, type SqlStore } from '../../src/storage/sql/index.ts';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';

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

/** A store on an empty database of its own. */
export async function freshStore(adapter: TestAdapter): Promise<{ store: SqlStore; close(): Promise<void> }> {
  const database = await adapter.fresh();
  const { store } = await openSqlStore(database.location, { create: true });
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}
