import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Versions that wait for somebody's approval. */
export async function versionStates(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `alter table versions add column state ${text} not null default 'published'`,
    `update versions set state = 'removed' where removed_at is not null`,

    `create table staged_versions (
      id ${text} primary key, version_id bigint not null unique references versions (id),
      registry_id bigint not null references registries (id), tags ${text} not null, fallback_tag ${text},
      visibility ${text}, staged_by ${text}, via ${text} not null, created_at bigint not null)`,
    `create index staged_versions_in_order on staged_versions (registry_id, created_at, id)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
