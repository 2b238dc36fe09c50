import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationsFor } from './migrations/index.ts';
import { oldestDocuments } from './queries/upstream-cache.ts';
import { sqliteCapabilities } from './sqlite/capabilities.ts';
import { kyselyOn } from './sqlite/connection.ts';

let database: DatabaseSync;
let db: ReturnType<typeof kyselyOn>;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  db = kyselyOn(database);
});
afterEach(() => database.close());

async function migrateTo(name: string): Promise<void> {
  const migrator = new Migrator({ db, provider: migrationsFor(sqliteCapabilities) });
  const { error } = await migrator.migrateTo(name);
  if (error !== undefined) throw error;
}

test('documents from before an upgrade keep the time of their last check, and name no upstream', async () => {
  await migrateTo('0011-notify');
  database.exec(`
    insert into registries (id, name, format, created_at) values (1, 'npm', 'npm', 1);
    insert into upstream_documents (registry_id, name, status, checked_at, fetched_at, etag, body)
      values (1, 'old', 'found', 100, 50, 'a', 'body'), (1, 'new', 'found', 200, 50, 'b', 'body');`);
  await migrateTo('0012-intake');
  const { rows } = await sql<{ name: string }>`
    select name, checked_at, upstream from upstream_documents order by checked_at`.execute(db);
  expect(rows).toEqual([
    { name: 'old', checked_at: 100, upstream: null },
    { name: 'new', checked_at: 200, upstream: null },
  ]);
});

test('the documents that were asked for least lately are found in an index', async () => {
  await migrateTo('0012-intake');
  const spared = { registries: [1], vanished: [] };
  const query = oldestDocuments(db, spared, { before: 1, limit: 1 }).compile();
  const plan = database
    .prepare(`explain query plan ${query.sql}`)
    .all(...(query.parameters as number[]))
    .map(({ detail }) => String(detail));
  expect(plan).toEqual([expect.stringContaining('upstream_documents_by_check')]);
});
