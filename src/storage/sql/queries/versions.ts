import { sql, type Kysely, type Selectable } from 'kysely';
import type {
  ArtifactRow,
  Attestation,
  StoredArtifact,
  VanishedVersion,
  VersionRow,
} from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared } from './prepared.ts';

const versionColumns = [
  'versions.id',
  'versions.version',
  'versions.manifest',
  'versions.summary',
  'versions.published_at',
  'versions.publisher_id',
  'versions.deprecated',
  'versions.yanked_at',
] as const;
const artifactColumns = ['file', 'sha256', 'sha1', 'sha512', 'size', 'facts'] as const;

type VersionColumns = Pick<
  Selectable<Schema['versions']>,
  'id' | 'version' | 'manifest' | 'summary' | 'published_at' | 'publisher_id' | 'deprecated' | 'yanked_at'
> & { provenance: string | null };
type ArtifactColumns = Pick<Selectable<Schema['artifacts']>, (typeof artifactColumns)[number]>;

/** A page of versions and, in a second query, the files of all of them. */
export async function readVersions(
  db: Kysely<Schema>,
  packageId: number,
  afterId: number,
  limit: number,
): Promise<VersionRow[]> {
  const versions = await db
    .selectFrom('versions')
    .leftJoin('attestations', 'attestations.version_id', 'versions.id')
    .select([...versionColumns, 'attestations.predicate_type as provenance'])
    .where('versions.package_id', '=', packageId)
    .where('versions.id', '>', afterId)
    .where('versions.state', '=', sql.lit('published'))
    .orderBy('versions.id')
    .limit(limit)
    .execute();
  const first = versions[0];
  const last = versions.at(-1);
  if (first === undefined || last === undefined) return [];
  const artifacts = await db
    .selectFrom('artifacts')
    .select(['version_id', ...artifactColumns])
    .where('package_id', '=', packageId)
    .where('version_id', '>=', first.id)
    .where('version_id', '<=', last.id)
    .orderBy('id')
    .execute();
  const byVersion = Map.groupBy(artifacts, (artifact) => artifact.version_id);
  return versions.map((version) => versionFrom(version, byVersion.get(version.id) ?? []));
}

/**
 * The versions that the upstream does not list any more, with the time at which it published them where it said so: when they were
 * stored here is no such time, and a cooldown would take it for one. They are few: of those that were ever asked for here.
 */
export async function readVanished(db: Kysely<Schema>, packageId: number): Promise<VanishedVersion[]> {
  const versions = await db
    .selectFrom('versions')
    .select([...versionColumns, 'upstream_time', sql<string | null>`null`.as('provenance')])
    .where('package_id', '=', packageId)
    .where('state', '=', sql.lit('published'))
    .where('vanished_at', 'is not', null)
    .orderBy('id')
    .execute();
  const artifacts = await db
    .selectFrom('artifacts')
    .innerJoin('versions', 'versions.id', 'artifacts.version_id')
    .select(['version_id', ...artifactColumns])
    .where('artifacts.package_id', '=', packageId)
    .where('versions.vanished_at', 'is not', null)
    .execute();
  const byVersion = Map.groupBy(artifacts, (artifact) => artifact.version_id);
  return versions
    .map((row) => {
      const version: VanishedVersion = versionFrom(row, byVersion.get(row.id) ?? []);
      version.publishedAt = row.upstream_time;
      return version;
    })
    .filter(({ artifacts: files }) => files.length > 0);
}

export async function readVersion(
  db: Kysely<Schema>,
  packageId: number,
  version: string,
): Promise<VersionRow | undefined> {
  const row = await db
    .selectFrom('versions')
    .leftJoin('attestations', 'attestations.version_id', 'versions.id')
    .select([...versionColumns, 'attestations.predicate_type as provenance'])
    .where('versions.package_id', '=', packageId)
    .where('versions.version', '=', version)
    .where('versions.state', '=', sql.lit('published'))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const artifacts = await db
    .selectFrom('artifacts')
    .select(artifactColumns)
    .where('version_id', '=', row.id)
    .orderBy('id')
    .execute();
  return versionFrom(row, artifacts);
}

export async function hasVersion(
  db: Kysely<Schema>,
  packageId: number,
  versionKey: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('versions')
    .select('id')
    .where('package_id', '=', packageId)
    .where('version_key', '=', versionKey)
    .where('state', 'in', ['published', 'removed'])
    .executeTakeFirst();
  return row !== undefined;
}

export async function readReadme(
  db: Kysely<Schema>,
  packageId: number,
  version: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('versions')
    .select('readme')
    .where('package_id', '=', packageId)
    .where('version', '=', version)
    .where('state', '=', sql.lit('published'))
    .executeTakeFirst();
  return row?.readme ?? null;
}

export async function readAttestation(
  db: Kysely<Schema>,
  packageId: number,
  version: string,
): Promise<Attestation | undefined> {
  const row = await db
    .selectFrom('versions')
    .innerJoin('attestations', 'attestations.version_id', 'versions.id')
    .select(['attestations.predicate_type', 'attestations.bundle'])
    .where('versions.package_id', '=', packageId)
    .where('versions.version', '=', version)
    .where('versions.state', '=', sql.lit('published'))
    .executeTakeFirst();
  return row && { predicateType: row.predicate_type, bundle: row.bundle };
}

/** What `storedFrom` reads of artifacts joined with their package, version and blob. */
export const storedColumns = [
  'artifacts.package_id',
  'artifacts.version_id',
  'packages.visibility',
  'packages.revision',
  'packages.origin',
  'registries.visibility as registry_visibility',
  'registries.policy_revision',
  'versions.version',
  'versions.upstream_time',
  'versions.vanished_at',
  'versions.upstream',
  'blobs.key',
  'artifacts.file',
  'artifacts.sha256',
  'artifacts.sha1',
  'artifacts.sha512',
  'artifacts.size',
  'artifacts.facts',
] as const;

const artifactByFile = prepared((db, registryId: number, name: string, file: string) =>
  db
    .selectFrom('packages')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .innerJoin('artifacts', 'artifacts.package_id', 'packages.id')
    .innerJoin('versions', 'versions.id', 'artifacts.version_id')
    .innerJoin('blobs', 'blobs.sha256', 'artifacts.sha256')
    .select(storedColumns)
    .where('packages.registry_id', '=', registryId)
    .where('packages.name', '=', name)
    .where('artifacts.file', '=', file)
    .where('versions.state', '=', sql.lit('published'))
    // A literal, so that SQLite sees that the partial index of stored blobs serves.
    .where('blobs.state', '=', sql.lit('stored')),
);

export async function findArtifact(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
  file: string,
): Promise<StoredArtifact | undefined> {
  const row = await artifactByFile(db, registryId, name, file);
  return row && storedFrom(row);
}

export function storedFrom(
  row: ArtifactColumns &
    Pick<StoredArtifact, 'visibility' | 'revision' | 'origin' | 'version' | 'key'> & {
      package_id: number;
      policy_revision: number;
      upstream_time: number | null;
      upstream: string | null;
      vanished_at: number | null;
      version_id: number;
      registry_visibility: StoredArtifact['visibility'];
    },
): StoredArtifact {
  return {
    packageId: row.package_id,
    revision: row.revision,
    policyRevision: row.policy_revision,
    origin: row.origin,
    versionId: row.version_id,
    version: row.version,
    upstreamTime: row.upstream_time,
    upstream: row.upstream,
    vanishedAt: row.vanished_at,
    visibility: row.visibility === 'public' ? row.registry_visibility : row.visibility,
    key: row.key,
    ...artifactFrom(row),
  };
}

function versionFrom(row: VersionColumns, artifacts: ArtifactColumns[]): VersionRow {
  return {
    id: row.id,
    version: row.version,
    manifest: row.manifest,
    summary: row.summary,
    publishedAt: row.published_at,
    publisherId: row.publisher_id,
    deprecated: row.deprecated,
    yankedAt: row.yanked_at,
    provenance: row.provenance,
    artifacts: artifacts.map(artifactFrom),
  };
}

function artifactFrom({ file, sha256, sha1, sha512, size, facts }: ArtifactColumns): ArtifactRow {
  return { file, sha256, sha1, sha512, size, facts };
}
