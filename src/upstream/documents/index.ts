export { Documents, type DocumentsOptions, type Held } from './documents.ts';
export { Failures } from './failures.ts';
export { Flights } from './flights.ts';
export { Routes, type Remote, type RoutesOptions } from './routes.ts';
export type { DocumentHead, NewDocument, StoredDocument, UpstreamDocuments } from './store.ts';
