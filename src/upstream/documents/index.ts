export { Documents, type DocumentsOptions, type Held } from './documents.ts';
export type { Remote } from './routes.ts';
export type { DocumentHead, NewDocument, StoredDocument, UpstreamDocuments } from './store.ts';
