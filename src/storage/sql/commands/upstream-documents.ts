import type { NewDocument } from '../../../upstream/index.ts';
import type { Session } from '../capabilities.ts';
import { markVanished } from './vanished.ts';

/** With what it says of the versions that are stored here, in one commit. */
export async function putUpstreamDocument(session: Session, document: NewDocument): Promise<void> {
  const values = {
    upstream: document.upstream,
    status: document.status,
    upstream_etag: document.upstreamEtag,
    last_modified: document.lastModified,
    checked_at: document.checkedAt,
    fetched_at: document.fetchedAt,
    etag: document.etag,
    body: document.body,
    artifact_index: document.index,
    bytes: (document.body?.byteLength ?? 0) + (document.index?.byteLength ?? 0),
  };
  await session.db
    .insertInto('upstream_documents')
    .values({ registry_id: document.registryId, name: document.name, ...values })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doUpdateSet(values))
    .execute();
  await markVanished(session, document);
}

export interface TouchUpstreamDocument {
  registryId: number;
  name: string;
  etag: string;
  checkedAt: number;
}

export async function touchUpstreamDocument({ db }: Session, touch: TouchUpstreamDocument): Promise<void> {
  await db
    .updateTable('upstream_documents')
    .set({ checked_at: touch.checkedAt })
    .where('registry_id', '=', touch.registryId)
    .where('name', '=', touch.name)
    .where('etag', '=', touch.etag)
    .execute();
}
