import { sql, type Kysely, type Selectable } from 'kysely';
import type { Block } from '../../../policy/index.ts';
import type {
  Advisory,
  AdvisedPackage,
  AdvisoryOn,
  AdvisoryQuery,
  StoredAdvisory,
} from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

type Row = Omit<Selectable<Schema['advisories']>, 'id'>;
type Body = Omit<Advisory, 'id' | 'malicious' | 'modifiedAt' | 'affected'>;

const columns = ['source', 'osv_id', 'malicious', 'modified_at', 'body'] as const;

export async function modified(
  db: Kysely<Schema>,
  source: string,
  ids: string[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('advisories')
    .select(['osv_id', 'modified_at'])
    .where('source', '=', source)
    .where('osv_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.osv_id, row.modified_at]));
}

export async function idsOf(
  db: Kysely<Schema>,
  source: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('advisories')
    .select('osv_id')
    .where('source', '=', source)
    .where('osv_id', '>', after)
    .orderBy('osv_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.osv_id);
}

export async function list(
  db: Kysely<Schema>,
  { name, malicious, after, limit }: AdvisoryQuery,
): Promise<StoredAdvisory[]> {
  let query = db.selectFrom('advisories').select(['id', ...columns]);
  if (name !== undefined) {
    query = query.where('id', 'in', (eb) =>
      eb.selectFrom('advisory_packages').select('advisory_id').where('name', '=', name),
    );
  }
  if (malicious !== undefined) query = query.where('malicious', '=', malicious ? 1 : 0);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(osv_id, source) > (${after.id}, ${after.source})`);
  }
  const rows = await query.orderBy('osv_id').orderBy('source').limit(limit).execute();
  return withPackages(db, rows);
}

export async function find(db: Kysely<Schema>, id: string): Promise<StoredAdvisory[]> {
  const rows = await db
    .selectFrom('advisories')
    .select(['id', ...columns])
    .where('osv_id', '=', id)
    .orderBy('source')
    .execute();
  return withPackages(db, rows);
}

export async function about(db: Kysely<Schema>, format: string, names: string[]): Promise<AdvisoryOn[]> {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('advisory_packages')
    .innerJoin('advisories', 'advisories.id', 'advisory_packages.advisory_id')
    .select([...columns, 'name', 'range'])
    .where('format', '=', format)
    .where('name', 'in', names)
    .orderBy('osv_id')
    .orderBy('source')
    .execute();
  return rows.map(({ name, range, ...row }) => Object.assign(advisoryFrom(row), { name, range }));
}

export async function attacks(
  db: Kysely<Schema>,
  format: string,
  names: string[],
): Promise<Map<string, Block[]>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('advisory_packages')
    .innerJoin('advisories', 'advisories.id', 'advisory_packages.advisory_id')
    .select([...columns, 'name', 'range'])
    .where('name', 'in', names)
    .where('format', '=', format)
    .where('malicious', '=', 1)
    .orderBy('osv_id')
    .orderBy('source')
    .execute();
  const byName = Map.groupBy(rows, (row) => row.name);
  return new Map(Array.from(byName, ([name, blocks]) => [name, blocks.map(blockFrom)]));
}

/** A name of which no version is good is blocked as a whole. */
function blockFrom({ range, ...row }: Row & { range: string }): Block {
  const { id, summary, modifiedAt } = advisoryFrom(row);
  return { id, range: range === '*' ? null : range, reason: summary, advisory: id, since: modifiedAt };
}

export async function advised(db: Kysely<Schema>, afterId: number, limit: number): Promise<AdvisedPackage[]> {
  const packages = await db
    .selectFrom('packages')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .select([
      'packages.id',
      'packages.name',
      'packages.origin',
      'registries.format',
      'registries.name as registry',
    ])
    .where('packages.id', '>', afterId)
    .where('packages.removed_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('advisory_packages')
          .select('advisory_id')
          .whereRef('advisory_packages.format', '=', 'registries.format')
          .whereRef('advisory_packages.name', '=', 'packages.name'),
      ),
    )
    .orderBy('packages.id')
    .limit(limit)
    .execute();
  const found: AdvisedPackage[] = [];
  for (const [format, ofFormat] of Map.groupBy(packages, (row) => row.format)) {
    const known = Map.groupBy(
      await about(db, format, [...new Set(ofFormat.map(({ name }) => name))]),
      ({ name }) => name,
    );
    const versions = await versionsOf(
      db,
      ofFormat.map(({ id }) => id),
    );
    for (const { id, ...row } of ofFormat) {
      const advisories = (known.get(row.name) ?? []).map(
        ({ id: advisory, source, severity, summary, range }) => ({
          id: advisory,
          source,
          severity,
          summary,
          range,
        }),
      );
      found.push({ packageId: id, ...row, versions: versions.get(id) ?? [], advisories });
    }
  }
  return found.toSorted((one, other) => one.packageId - other.packageId);
}

async function versionsOf(db: Kysely<Schema>, packageIds: number[]): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('versions')
    .select(['package_id', 'version'])
    .where('package_id', 'in', packageIds)
    .where('state', '=', 'published')
    .orderBy('id')
    .execute();
  const byPackage = Map.groupBy(rows, (row) => row.package_id);
  return new Map([...byPackage].map(([id, versions]) => [id, versions.map(({ version }) => version)]));
}

async function withPackages(db: Kysely<Schema>, rows: (Row & { id: number })[]): Promise<StoredAdvisory[]> {
  if (rows.length === 0) return [];
  const packages = await db
    .selectFrom('advisory_packages')
    .selectAll()
    .where(
      'advisory_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('format')
    .orderBy('name')
    .execute();
  const byAdvisory = Map.groupBy(packages, (row) => row.advisory_id);
  return rows.map(({ id, ...row }) => {
    const affected = (byAdvisory.get(id) ?? []).map(({ format, name, range }) => ({ format, name, range }));
    return Object.assign(advisoryFrom(row), { affected });
  });
}

function advisoryFrom({ source, osv_id, malicious, modified_at, body }: Row) {
  return {
    ...(JSON.parse(body) as Body),
    id: osv_id,
    source,
    malicious: malicious === 1,
    modifiedAt: modified_at,
  };
}
