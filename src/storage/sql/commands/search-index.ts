import { searchWords } from '../../../registry/light/index.ts';
import type { Session } from '../capabilities.ts';

/** The tag whose version speaks for a package in lists. */
export const DEFAULT_TAG = 'latest';

/** Brings what a package is found by in line with its default version; removes it if the package, or all of it, is taken back. */
export async function refreshSearch({ db }: Session, packageId: number): Promise<void> {
  await db.deleteFrom('package_search').where('rowid', '=', packageId).execute();
  await db.deleteFrom('package_texts').where('package_id', '=', packageId).execute();
  await db.deleteFrom('package_categories').where('package_id', '=', packageId).execute();
  const row = await db
    .selectFrom('packages')
    .leftJoin('tags', (join) =>
      join.onRef('tags.package_id', '=', 'packages.id').on('tags.tag', '=', DEFAULT_TAG),
    )
    .leftJoin('versions', 'versions.id', 'tags.version_id')
    .select([
      'packages.name',
      'versions.id as versionId',
      'versions.description',
      'versions.keywords',
      'versions.categories',
    ])
    .where('packages.id', '=', packageId)
    .where('packages.origin', '=', 'local')
    .where('packages.removed_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || (row.versionId === null && (await isYanked(db, packageId)))) return;
  const keywords = (row.keywords ?? '').toLowerCase();
  const words = new Set(searchWords(`${row.name} ${row.description ?? ''} ${keywords}`));
  await db
    .insertInto('package_search')
    .values({ rowid: packageId, words: [...words].join(' '), keywords: ` ${keywords} ` })
    .execute();
  if (row.categories === null) return;
  const text = [row.name, row.description, row.keywords].join('\n').toLowerCase();
  await db.insertInto('package_texts').values({ package_id: packageId, text }).execute();
  const categories = new Set((JSON.parse(row.categories) as string[]).map((name) => name.toLowerCase()));
  if (categories.size === 0) return;
  await db
    .insertInto('package_categories')
    .values([...categories].map((category) => ({ package_id: packageId, category })))
    .execute();
}

/** True for a package whose default version nobody is to choose any more. */
async function isYanked(db: Session['db'], packageId: number): Promise<boolean> {
  const row = await db
    .selectFrom('versions')
    .select('id')
    .where('package_id', '=', packageId)
    .where('state', '=', 'published')
    .where('yanked_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
