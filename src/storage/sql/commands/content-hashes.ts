import type { Session } from '../capabilities.ts';

export async function addContentHashes(
  { db }: Session,
  versionId: number,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return;
  const rows = [...new Set(hashes)].map((hash) => ({ version_id: versionId, hash }));
  await db.insertInto('content_hashes').values(rows).execute();
}

/** What is gone is not found by what was in it. */
export async function forgetContentHashes({ db }: Session, versionIds: number[]): Promise<void> {
  await db.deleteFrom('content_hashes').where('version_id', 'in', versionIds).execute();
}
