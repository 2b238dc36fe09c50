import type { Session } from '../capabilities.ts';
import { barUnused } from './blobs.ts';
import { forgetDownloads } from './counts/forget.ts';
import { removeVersions } from './unpublish.ts';

/**
 * Makes a package of an upstream ours: its versions go as an unpublish takes them, and it waits for its first own one. The head is
 * locked. Answers how many versions went.
 */
export async function takeOver(
  session: Session,
  { id, registryId, name, at }: { id: number; registryId: number; name: string; at: number },
): Promise<number> {
  const { db } = session;
  const versions = await removeVersions(session, id, { versions: 'all', at });
  await forgetDownloads(session, { id, registryId, name });
  await db
    .deleteFrom('upstream_documents')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .execute();
  await db
    .updateTable('packages')
    .set(({ eb }) => ({
      origin: 'local',
      awaits: 'anyone',
      removed_at: at,
      created_at: at,
      updated_at: at,
      revision: eb('revision', '+', 1),
      history: eb('history', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
  return versions;
}

/** What refers to a package, in an order in which it can go. */
const ITS_ROWS = [
  'tags',
  'stars',
  'owners',
  'package_transfers',
  'team_grants',
  'package_texts',
  'package_categories',
  'trusted_publishers',
  'versions',
] as const;

/** Forgets a package that still waits for its first own version: nothing here stands in the way of the upstream's any more. */
export async function giveBack(
  session: Session,
  { id: packageId, registryId, name }: { id: number; registryId: number; name: string },
): Promise<void> {
  const { db } = session;
  await forgetDownloads(session, { id: packageId, registryId, name });
  const versions = db.selectFrom('versions').select('id').where('package_id', '=', packageId);
  const rules = db.selectFrom('trusted_publishers').select('id').where('package_id', '=', packageId);
  await db.deleteFrom('machine_grants').where('trust_id', 'in', rules).execute();
  await db.deleteFrom('staged_versions').where('version_id', 'in', versions).execute();
  await db.deleteFrom('attestations').where('version_id', 'in', versions).execute();
  await db.deleteFrom('content_hashes').where('version_id', 'in', versions).execute();
  const artifacts = await db
    .deleteFrom('artifacts')
    .where('package_id', '=', packageId)
    .returning('sha256')
    .execute();
  for (const table of ITS_ROWS) await db.deleteFrom(table).where('package_id', '=', packageId).execute();
  await db.deleteFrom('package_search').where('rowid', '=', packageId).execute();
  await db.deleteFrom('packages').where('id', '=', packageId).execute();
  if (artifacts.length === 0) return;
  await barUnused(
    session,
    artifacts.map(({ sha256 }) => sha256),
  );
}
