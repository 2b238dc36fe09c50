import { sql, type Kysely } from 'kysely';
import type { StagedQuery, StagedVersion } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { isWritable } from './visible.ts';
import { storedColumns, storedFrom } from './versions.ts';

export async function findStaged(
  db: Kysely<Schema>,
  registryId: number,
  stageId: string,
): Promise<StagedVersion | undefined> {
  const rows = await stagedIn(db, registryId)
    .where('staged_versions.id', '=', stageId)
    .select(columns)
    .execute();
  return (await withArtifacts(db, rows))[0];
}

export async function listStaged(
  db: Kysely<Schema>,
  { registryId, writerId, name, limit, offset }: StagedQuery,
): Promise<{ items: StagedVersion[]; total: number }> {
  const wanted = stagedIn(db, registryId)
    .$if(name !== null, (query) => query.where('packages.name', '=', name))
    .$if(writerId !== 'all', (query) => query.where(isWritable(registryId, writerId)));
  const [rows, counted] = await Promise.all([
    wanted
      .select(columns)
      .orderBy('staged_versions.created_at')
      .orderBy('staged_versions.id')
      .limit(limit)
      .offset(offset)
      .execute(),
    wanted.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { items: await withArtifacts(db, rows), total: counted.total };
}

const columns = [
  'staged_versions.id',
  'staged_versions.version_id',
  'staged_versions.tags',
  'staged_versions.staged_by',
  'staged_versions.via',
  'staged_versions.created_at',
  'packages.name',
  'versions.version',
] as const;

type StagedRow = Awaited<ReturnType<typeof selectStaged>>[number];

const selectStaged = (db: Kysely<Schema>) => stagedIn(db, 0).select(columns).execute();

function stagedIn(db: Kysely<Schema>, registryId: number) {
  return db
    .selectFrom('staged_versions')
    .innerJoin('versions', 'versions.id', 'staged_versions.version_id')
    .innerJoin('packages', 'packages.id', 'versions.package_id')
    .where('staged_versions.registry_id', '=', registryId);
}

async function withArtifacts(db: Kysely<Schema>, rows: StagedRow[]): Promise<StagedVersion[]> {
  if (rows.length === 0) return [];
  const files = await db
    .selectFrom('artifacts')
    .innerJoin('packages', 'packages.id', 'artifacts.package_id')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .innerJoin('versions', 'versions.id', 'artifacts.version_id')
    .innerJoin('blobs', 'blobs.sha256', 'artifacts.sha256')
    .select(storedColumns)
    .where(
      'artifacts.version_id',
      'in',
      rows.map((row) => row.version_id),
    )
    .where('blobs.state', '=', sql.lit('stored'))
    .orderBy('artifacts.id')
    .execute();
  const byVersion = Map.groupBy(files.map(storedFrom), ({ versionId }) => versionId);
  return rows.map((row) => ({
    id: row.id,
    packageName: row.name,
    version: row.version,
    tags: JSON.parse(row.tags) as string[],
    createdAt: row.created_at,
    stagedBy: row.staged_by,
    via: row.via,
    artifacts: byVersion.get(row.version_id) ?? [],
  }));
}
