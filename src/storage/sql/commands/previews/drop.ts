import type { Session } from '../../capabilities.ts';

interface Dropped {
  registry_id: number;
  sha: string;
  name: string;
  key: string;
}

/** Takes previews away, with what leads to them. Their bytes are the caller's to remove, or the sweeper's. */
export async function dropPreviews({ db }: Session, rows: Dropped[]): Promise<void> {
  const keys = rows.map(({ key }) => key);
  if (keys.length === 0) return;
  await db.deleteFrom('previews').where('key', 'in', keys).execute();
  await db.deleteFrom('preview_keys').where('key', 'in', keys).execute();
  for (const { registry_id, sha, name } of rows) {
    await db
      .deleteFrom('preview_cursors')
      .where('registry_id', '=', registry_id)
      .where('name', '=', name)
      .where('sha', '=', sha)
      .execute();
  }
}

/** Those of a user that only they could see. */
export async function dropRestrictedOf(session: Session, userId: number): Promise<void> {
  const rows = await session.db
    .selectFrom('previews')
    .select(['registry_id', 'sha', 'name', 'key'])
    .where('publisher_id', '=', userId)
    .where('restricted', '=', 1)
    .execute();
  await dropPreviews(session, rows);
}

/** Those of a package that is unpublished as a whole. */
export async function dropPreviewsOf(session: Session, registryId: number, name: string): Promise<void> {
  const rows = await session.db
    .selectFrom('previews')
    .select(['registry_id', 'sha', 'name', 'key'])
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .execute();
  await dropPreviews(session, rows);
}
