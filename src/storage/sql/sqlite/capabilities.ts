import { sql } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

export const sqliteCapabilities: Capabilities = {
  rowLocks: false,
  types: { id: 'integer primary key autoincrement', text: 'text', bytes: 'blob' },
  search: {
    // https://sqlite.org/fts5.html; every such table has a rowid.
    create: [
      `create virtual table package_search using fts5 (
        words, keywords unindexed, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3')`,
    ],
    matches: (words) => sql`package_search match ${words.map((word) => `"${word}"*`).join(' ')}`,
  },
  packageChanges: {
    create: [
      `create trigger packages_counted
        after update of revision, visibility, removed_at, organisation_id on packages
        when exists (select 1 from registry_revisions where registry_id = new.registry_id)
        begin
          update registry_revisions set revision = revision + 1 where registry_id = new.registry_id;
          update packages set registry_revision =
            (select revision from registry_revisions where registry_id = new.registry_id) where id = new.id;
        end`,
    ],
  },
};
