import { sql } from 'kysely';
import type { Session } from '../../capabilities.ts';

/**
 * Takes the downloads of a package's versions out of its name's numbers: what people downloaded was another package. Its previews'
 * stay, for they were made here. The head is locked, so nobody adds to what is taken out.
 */
export async function forgetDownloads(
  { db }: Session,
  { id, registryId, name }: { id: number; registryId: number; name: string },
): Promise<void> {
  const days = await db
    .deleteFrom('downloads')
    .where('package_id', '=', id)
    .returning(['day', 'count'])
    .execute();
  const total = days.reduce((sum, { count }) => sum + count, 0);
  await db
    .deleteFrom('version_downloads')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .where('preview', '=', 0)
    .execute();
  await db
    .updateTable('name_downloads')
    .set({ downloads: sql<number>`downloads - ${total}`, last_at: null })
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .execute();
  await db
    .deleteFrom('missing_versions')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .execute();
}
