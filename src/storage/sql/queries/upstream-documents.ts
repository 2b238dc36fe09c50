import type { Kysely } from 'kysely';
import type { Catalogue } from '../../../registry/index.ts';
import type { DocumentHead } from '../../../upstream/index.ts';
import type { Schema } from '../schema/index.ts';
import { prepared, preparedAtOnce } from './prepared.ts';

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

/** See `Catalogue.openDocument`. */
export function openDocumentOn(db: Kysely<Schema>): Catalogue['openDocument'] {
  const query = preparedAtOnce(db, (on, registryId: number, name: string) =>
    on
      .selectFrom('upstream_documents as documents')
      .innerJoin('registries', 'registries.id', 'documents.registry_id')
      .leftJoin('packages', (join) =>
        join
          .onRef('packages.registry_id', '=', 'documents.registry_id')
          .onRef('packages.name', '=', 'documents.name'),
      )
      .select([
        'documents.etag',
        'documents.fetched_at as fetchedAt',
        'packages.history',
        'registries.policy_revision as policyRevision',
      ])
      .where('documents.registry_id', '=', registryId)
      .where('documents.name', '=', name)
      .where('registries.visibility', '=', 'public')
      .where((where) =>
        where.or([
          where('packages.id', 'is', null),
          where.and([
            where('packages.origin', '=', 'upstream'),
            where('packages.visibility', '=', 'public'),
            where('packages.removed_at', 'is', null),
          ]),
        ]),
      ),
  );
  return query && ((registryId, name) => query(registryId, name));
}
