import type { Kysely } from 'kysely';
import type { PreviewStore } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import * as previews from '../queries/previews.ts';
import type { Schema } from '../schema/index.ts';

export function previewStoreOn(db: Kysely<Schema>, writer: Writer): PreviewStore {
  return {
    publish: (command) => writer.run('publishPreviews', command),
    commits: (query) => previews.commitsWith(db, query),
    ofCommit: (query) => previews.previewsOfCommit(db, query),
    siblings: (query) => previews.siblingNames(db, query),
    ofPackage: (query) => previews.previewsOfPackage(db, query),
    atCursor: (query) => previews.previewAtCursor(db, query),
    expire: (command) => writer.run('expirePreviews', command),
    blobs: (page) => previews.pagePreviewBlobs(db, page),
    knownKeys: (keys) => previews.knownPreviewKeys(db, keys),
    barKey: (key, at) => writer.run('barPreviewKey', { key, at }),
  };
}
