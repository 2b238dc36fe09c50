import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Counts the changes in registries that have a document on all their packages; and what people look through those by. */
export async function registryRevisions(
  db: Kysely<unknown>,
  { types: { text }, packageChanges }: Capabilities,
): Promise<void> {
  const statements = [
    `create table registry_revisions (
      registry_id bigint primary key references registries (id), revision bigint not null)`,
    `insert into registry_revisions select id, 0 from registries where format = 'vais'`,
    // The revision of its registry that its last change led to; null where nobody counts.
    `alter table packages add column registry_revision bigint`,
    `create index packages_by_registry_revision on packages (registry_id, registry_revision)
      where registry_revision is not null`,
    ...packageChanges.create,
    // JSON list; null for formats that know none.
    `alter table versions add column categories ${text}`,
    `create table package_texts (package_id bigint primary key references packages (id), text ${text} not null)`,
    `create table package_categories (
      package_id bigint not null references packages (id), category ${text} not null,
      primary key (package_id, category))`,
    `create index package_categories_by_name on package_categories (category)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
