import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** What a registry lets in from elsewhere, and what it keeps out. */
export async function intake(
  db: Kysely<unknown>,
  { types: { id, text, bytes } }: Capabilities,
): Promise<void> {
  const statements = [
    `alter table registries add column policy_revision bigint not null default 0`,
    // When the upstream published it, and when it ceased to list it.
    `alter table versions add column upstream_time bigint`,
    `alter table versions add column vanished_at bigint`,
    // Whom it is from: its base URL.
    `alter table versions add column upstream ${text}`,
    // For what an upstream's package takes on disk: when it was last asked for, and its bytes.
    `alter table versions add column used_at bigint`,
    `alter table versions add column cached_bytes bigint`,
    `update versions set used_at = published_at,
      cached_bytes = coalesce((select sum(size) from artifacts where artifacts.version_id = versions.id), 0)
      where state = 'published' and package_id in (select id from packages where origin = 'upstream')`,
    `create index versions_by_use on versions (used_at, cached_bytes) where used_at is not null`,
    // Made anew, with the bodies last: SQLite reads through all of a large value to find a column behind it. What was stored before has no
    // times beside its files, so each document is fetched again when it is asked for.
    `create table documents_with_origin (
      registry_id bigint not null references registries (id), name ${text} not null, status ${text} not null,
      upstream ${text}, upstream_etag ${text}, last_modified ${text}, checked_at bigint not null,
      fetched_at bigint not null, etag ${text} not null, bytes bigint not null, body ${bytes},
      artifact_index ${bytes}, primary key (registry_id, name))`,
    `insert into documents_with_origin
      select registry_id, name, status, null, null, null, checked_at, fetched_at, etag,
        coalesce(length(body), 0) + coalesce(length(artifact_index), 0), body, artifact_index
      from upstream_documents`,
    `drop table upstream_documents`,
    `alter table documents_with_origin rename to upstream_documents`,
    `create index upstream_documents_missing on upstream_documents (checked_at) where status = 'missing'`,
    `create index upstream_documents_by_check on upstream_documents (checked_at)`,
    `create index upstream_documents_by_bytes on upstream_documents (bytes)`,
    `create table registry_policies (
      registry_id bigint primary key references registries (id), body ${text} not null, updated_at bigint not null)`,

    `create table name_claims (
      registry_id bigint not null references registries (id), pattern ${text} not null, reason ${text},
      claimed_by ${text}, via ${text} not null, created_at bigint not null, primary key (registry_id, pattern))`,
    // Names that were taken over from an upstream, or kept for somebody, and wait for their first version.
    `alter table packages add column awaits ${text}`,

    `create table upstream_answers (
      registry_id bigint not null references registries (id), upstream ${text} not null, key ${text} not null,
      body ${text}, size bigint not null, checked_at bigint not null, primary key (registry_id, upstream, key))`,
    `create index upstream_answers_by_age on upstream_answers (checked_at)`,

    // What is in one database of advisories says nothing of another: two may have a record of the same id.
    `create table advisories (
      id ${id}, source ${text} not null, osv_id ${text} not null, malicious bigint not null,
      modified_at bigint not null, body ${text} not null, unique (osv_id, source))`,
    `create index advisories_by_source on advisories (source, osv_id)`,
    `create table advisory_packages (
      advisory_id bigint not null references advisories (id), format ${text} not null, name ${text} not null,
      range ${text} not null, primary key (advisory_id, format, name))`,
    `create index advisory_packages_by_name on advisory_packages (name, format)`,
    `create table blocks (
      id ${id}, registry_id bigint references registries (id), pattern ${text} not null, wide integer not null,
      version_range ${text}, reason ${text} not null, advisory ${text}, created_by ${text}, created_at bigint not null)`,
    `create index blocks_by_pattern on blocks (pattern)`,
    `create index wide_blocks on blocks (id) where wide = 1`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
