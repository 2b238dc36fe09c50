import { sql } from 'kysely';
import type { Kept, RegistryUse, StorageUse } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';

/** Reads only; here, because it reads whole tables and must not hold up the thread that answers requests. */
export async function readStorageUse({ db }: Session): Promise<StorageUse> {
  const registries = await db.selectFrom('registries').select(['id', 'name']).orderBy('name').execute();
  const kept = await db
    .selectFrom('artifacts')
    .innerJoin('packages', 'packages.id', 'artifacts.package_id')
    .select(({ fn }) => [
      'packages.registry_id',
      'packages.origin',
      fn.count<number | string>('artifacts.package_id').distinct().as('packages'),
      fn.count<number | string>('artifacts.version_id').distinct().as('versions'),
      fn.count<number | string>('artifacts.id').as('files'),
      fn.sum<number | string>('artifacts.size').as('bytes'),
    ])
    .groupBy(['packages.registry_id', 'packages.origin'])
    .execute();
  const documents = await db
    .selectFrom('upstream_documents')
    .select(({ fn }) => [
      'registry_id',
      fn.countAll<number | string>().as('count'),
      fn.sum<number | string>('bytes').as('bytes'),
    ])
    .where('status', '=', 'found')
    .groupBy('registry_id')
    .execute();
  const previews = await db
    .selectFrom('previews')
    .select(({ fn }) => [
      'registry_id',
      fn.countAll<number | string>().as('count'),
      fn.sum<number | string>('size').as('bytes'),
    ])
    .groupBy('registry_id')
    .execute();
  const stored = await db
    .selectFrom('blobs')
    .select(({ fn }) => [
      fn.countAll<number | string>().as('files'),
      fn.sum<number | string | null>('size').as('bytes'),
    ])
    .where('state', '=', sql.lit('stored'))
    .executeTakeFirst();
  const keptOf = (registryId: number, origin: 'local' | 'upstream'): Kept => {
    const row = kept.find((each) => each.registry_id === registryId && each.origin === origin);
    return {
      packages: Number(row?.packages ?? 0),
      versions: Number(row?.versions ?? 0),
      files: Number(row?.files ?? 0),
      bytes: Number(row?.bytes ?? 0),
    };
  };
  return {
    registries: registries.map(({ id, name }): RegistryUse => {
      const said = documents.find((each) => each.registry_id === id);
      const made = previews.find((each) => each.registry_id === id);
      return {
        registry: name,
        owned: keptOf(id, 'local'),
        cached: keptOf(id, 'upstream'),
        previews: { count: Number(made?.count ?? 0), bytes: Number(made?.bytes ?? 0) },
        documents: { count: Number(said?.count ?? 0), bytes: Number(said?.bytes ?? 0) },
      };
    }),
    stored: {
      files: Number(stored?.files ?? 0) + sum(previews, 'count'),
      bytes: Number(stored?.bytes ?? 0) + sum(previews, 'bytes'),
    },
  };
}

function sum<F extends string>(rows: Record<F, number | string>[], field: F): number {
  return rows.reduce((total, row) => total + Number(row[field]), 0);
}
