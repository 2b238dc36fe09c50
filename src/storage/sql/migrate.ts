import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Capabilities } from './capabilities.ts';
import { migrationsFor } from './migrations/index.ts';
import type { Schema } from './schema/index.ts';

/**
 * Brings the schema up to date under a lock, so that any number of replicas may start at once on an empty database;
 * returns the names of the migrations that this call ran. Each runs in a transaction with its record.
 */
export async function migrate(db: Kysely<Schema>, capabilities: Capabilities): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: migrationsFor(capabilities),
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  await db
    .insertInto('store')
    .values([
      { name: 'id', value: randomUUID() },
      { name: 'epoch', value: randomUUID() },
    ])
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return (results ?? [])
    .filter((result) => result.status === 'Success')
    .map((result) => result.migrationName);
}

/** True if this database holds a Kontor store, whatever its version. */
export async function hasStore(db: Kysely<Schema>): Promise<boolean> {
  try {
    await sql`select 1 from store`.execute(db);
    return true;
  } catch {
    return false;
  }
}
