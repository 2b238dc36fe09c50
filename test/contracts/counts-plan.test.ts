import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { theServer } from '../../src/ledger/index.ts';
import type { TopQuery } from '../../src/registry/index.ts';
import type { DatabaseLocation } from '../../src/storage/sql/index.ts';
import { connect } from '../../src/storage/sql/postgres/connection.ts';
import { topQuery } from '../../src/storage/sql/queries/counts.ts';
import { kyselyOn, openDatabase } from '../../src/storage/sql/sqlite/connection.ts';
import { at } from './catalogue-fixtures.ts';
import { adapters, execute, freshStore } from './stores.ts';

const MANY = 20_000;

/** The rows 1 to `MANY`. */
const numbers = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${MANY})`;

/** A step a line. */
async function planOf(location: DatabaseLocation, query: TopQuery): Promise<string> {
  if (location.kind === 'sqlite') {
    const db = kyselyOn(openDatabase(location.path, { readOnly: true }));
    const { rows } = await sql<{ detail: string }>`explain query plan ${topQuery(query)}`.execute(db);
    await db.destroy();
    return rows.map(({ detail }) => detail).join('\n');
  }
  const { db } = await connect(location.url);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${topQuery(query)}`.execute(db);
  await db.destroy();
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

test.each(adapters)('What is downloaded most is read off an index on $name', async (adapter) => {
  const { store, location, close } = await freshStore(adapter);
  const { id } = await store.catalogue.createRegistry('npm', 'npm', at, theServer);
  await execute(
    location,
    `insert into packages (registry_id, name, origin, revision, created_at, updated_at, visibility)
      ${numbers} select ${id}, 'p' || i, 'local', 1, 1, 1, case i % 2 when 0 then 'public' else 'private' end from n;
    insert into name_downloads ${numbers} select ${id}, 'p' || i, (cast(i as bigint) * 7919) % 10007, 1 from n;
    analyze;`,
  );
  const query = {
    registryId: id,
    reader: { readerId: null, trustedBy: [] },
    goneUntil: -1,
    after: null,
    limit: 100,
  };
  const first = await store.counts.top(query);
  expect(first).toHaveLength(100);
  expect(first[0]?.downloads).toBe(10_006);

  const plan = await planOf(location, query);
  expect(plan).toContain('name_downloads_by_number');
  expect(plan).not.toMatch(/Sort|Seq Scan on (packages|name_downloads)|^SCAN|TEMP B-TREE/m);
  await close();
});
