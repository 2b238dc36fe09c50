import type { Kysely } from 'kysely';
import type { AdvisoryStore } from '../../../registry/index.ts';
import type { Writer } from '../commands/index.ts';
import * as advisories from '../queries/advisories.ts';
import type { Schema } from '../schema/index.ts';

export function advisoryStoreOn(db: Kysely<Schema>, writer: Writer): AdvisoryStore {
  return {
    modified: (source, ids) => advisories.modified(db, source, ids),
    put: (command) => writer.run('putAdvisories', command),
    remove: (command) => writer.run('removeAdvisories', command),
    announce: (event) => writer.run('announceAdvisories', event),
    ids: (source, after, limit) => advisories.idsOf(db, source, after, limit),
    list: (query) => advisories.list(db, query),
    find: (id) => advisories.find(db, id),
    about: (format, names) => advisories.about(db, format, names),
    attacks: (format, names) => advisories.attacks(db, format, names),
    advised: (afterId, limit) => advisories.advised(db, afterId, limit),
  };
}
