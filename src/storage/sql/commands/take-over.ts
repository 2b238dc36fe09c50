import type { Session } from '../capabilities.ts';
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
  // What people downloaded was another package.
  await db.deleteFrom('downloads').where('package_id', '=', id).execute();
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
      downloads: 0,
      revision: eb('revision', '+', 1),
      history: eb('history', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
  return versions;
}

/** Forgets a package that still waits for its first own version: nothing here stands in the way of the upstream's any more. */
export async function giveBack({ db }: Session, packageId: number): Promise<void> {
  for (const table of ['owners', 'package_transfers', 'team_grants', 'versions'] as const) {
    await db.deleteFrom(table).where('package_id', '=', packageId).execute();
  }
  await db.deleteFrom('packages').where('id', '=', packageId).execute();
}
