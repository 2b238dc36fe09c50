import { sql, type Kysely } from 'kysely';
import type { BlobRow, ListedBlob } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

const stored = (db: Kysely<Schema>) =>
  db.selectFrom('blobs').select(['key', 'sha256', 'size']).where('state', '=', sql.lit('stored'));

export async function findBlob(db: Kysely<Schema>, sha256: string): Promise<BlobRow | undefined> {
  return stored(db).where('sha256', '=', sha256).executeTakeFirst();
}

export async function pageBlobs(db: Kysely<Schema>, afterKey: string, limit: number): Promise<ListedBlob[]> {
  const rows = await stored(db)
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('artifacts')
          .innerJoin('packages', 'packages.id', 'artifacts.package_id')
          .select(sql.lit(1).as('one'))
          .whereRef('artifacts.sha256', '=', 'blobs.sha256')
          .where('packages.origin', '=', sql.lit('local')),
      ).as('owned'),
    )
    .where('key', '>', afterKey)
    .orderBy('key')
    .limit(limit)
    .execute();
  return rows.map(({ key, sha256, size, owned }) => ({ key, sha256, size, owned: Boolean(owned) }));
}

export async function knownKeys(db: Kysely<Schema>, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await stored(db).where('key', 'in', keys).execute();
  return new Set(rows.map((row) => row.key));
}

/** What foreign keys cannot rule out, as sentences; at most a hundred of each kind. */
export async function danglingReferences(db: Kysely<Schema>): Promise<string[]> {
  const lost = await db
    .selectFrom('artifacts')
    .innerJoin('packages', 'packages.id', 'artifacts.package_id')
    .leftJoin('blobs', (join) =>
      join.onRef('blobs.sha256', '=', 'artifacts.sha256').on('blobs.state', '=', sql.lit('stored')),
    )
    .select(['packages.name', 'artifacts.file', 'artifacts.sha256'])
    .where('blobs.key', 'is', null)
    .limit(100)
    .execute();
  const empty = await db
    .selectFrom('versions')
    .innerJoin('packages', 'packages.id', 'versions.package_id')
    .leftJoin('artifacts', 'artifacts.version_id', 'versions.id')
    .select(['packages.name', 'versions.version'])
    .where('artifacts.id', 'is', null)
    .where('versions.removed_at', 'is', null)
    .limit(100)
    .execute();
  return [
    ...lost.map((row) => `${row.name}: ${row.file} refers to the blob ${row.sha256}, which has no row.`),
    ...empty.map((row) => `${row.name}@${row.version} has no file.`),
  ];
}
