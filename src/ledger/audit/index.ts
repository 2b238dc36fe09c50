export { auditEntry, exportEvents, type AuditEntry } from './export.ts';
export { AuditRecorder, type Observed } from './recorder.ts';
export { dropOldEvents } from './retention.ts';
export type { AuditFilter, AuditQuery, AuditStore, ChainHead, Segment } from './store.ts';
export { verifyChain, type ChainReport } from './verify.ts';
