import type { Kysely } from 'kysely';
import type { StoredDocument } from '../../../upstream/index.ts';
import type { Schema } from '../schema/index.ts';

export async function findUpstreamDocument(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<StoredDocument | undefined> {
  const row = await db
    .selectFrom('upstream_documents')
    .selectAll()
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .executeTakeFirst();
  return (
    row && {
      registryId: row.registry_id,
      name: row.name,
      status: row.status,
      upstreamEtag: row.upstream_etag,
      lastModified: row.last_modified,
      checkedAt: row.checked_at,
      fetchedAt: row.fetched_at,
      etag: row.etag,
      body: row.body,
      index: row.artifact_index,
    }
  );
}
