export { Documents, type DocumentsOptions } from './documents.ts';
export type { Held } from './want.ts';
export { Failures } from './failures.ts';
export { Flights } from './flights.ts';
export { Routes, type Remote, type RoutesOptions } from './routes.ts';
export type { DocumentHead, NewDocument, StoredDocument, UpstreamDocuments } from './store.ts';
