import { sql } from 'kysely';
import type { Session } from '../capabilities.ts';

/** The tag whose version speaks for a package in lists. */
export const DEFAULT_TAG = 'latest';

/** Brings the search row of a package in line with its default version; removes it if the package is gone. */
export async function refreshSearch({ db }: Session, packageId: number): Promise<void> {
  await db.deleteFrom('package_search').where('rowid', '=', packageId).execute();
  await db
    .insertInto('package_search')
    .columns(['rowid', 'name', 'description', 'keywords'])
    .expression(
      db
        .selectFrom('packages')
        .leftJoin('tags', (join) =>
          join.onRef('tags.package_id', '=', 'packages.id').on('tags.tag', '=', DEFAULT_TAG),
        )
        .leftJoin('versions', 'versions.id', 'tags.version_id')
        .select([
          'packages.id',
          'packages.name',
          sql<string>`coalesce(versions.description, '')`.as('description'),
          sql<string>`coalesce(versions.keywords, '')`.as('keywords'),
        ])
        .where('packages.id', '=', packageId)
        .where('packages.origin', '=', 'local')
        .where('packages.removed_at', 'is', null),
    )
    .execute();
}
