import type { Kysely } from 'kysely';
import type { AuditStore } from '../../../ledger/index.ts';
import type { Writer } from '../commands/index.ts';
import * as audit from '../queries/audit.ts';
import type { Schema } from '../schema/index.ts';

export function auditStoreOn(db: Kysely<Schema>, writer: Writer): AuditStore {
  return {
    append: (events) => writer.run('appendEvents', events),
    find: (query) => audit.findEvents(db, query),
    head: () => audit.readHead(db),
    segments: () => audit.readSegments(db),
    dropBefore: (order) => writer.run('dropEvents', order),
  };
}
