import type { NewDocument } from '../../../upstream/index.ts';
import type { Session } from '../capabilities.ts';

export async function putUpstreamDocument({ db }: Session, document: NewDocument): Promise<void> {
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
  };
  await db
    .insertInto('upstream_documents')
    .values({ registry_id: document.registryId, name: document.name, ...values })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doUpdateSet(values))
    .execute();
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
