import type { Kysely } from 'kysely';
import type { DocumentHead } from '../../../upstream/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared } from './prepared.ts';

/** Without the bodies, which are large and lie on pages of their own: every read of a name from upstream runs this once. */
const headByName = prepared((db, registryId: number, name: string) =>
  db
    .selectFrom('upstream_documents')
    .select([
      'registry_id as registryId',
      'name',
      'upstream',
      'status',
      'upstream_etag as upstreamEtag',
      'last_modified as lastModified',
      'checked_at as checkedAt',
      'fetched_at as fetchedAt',
      'etag',
    ])
    .where('registry_id', '=', registryId)
    .where('name', '=', name),
);

export async function findUpstreamDocument(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<DocumentHead | undefined> {
  return headByName(db, registryId, name);
}

export async function readUpstreamBody(
  db: Kysely<Schema>,
  column: 'body' | 'artifact_index',
  registryId: number,
  name: string,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('upstream_documents')
    .select(`${column} as bytes`)
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.bytes ?? undefined;
}
