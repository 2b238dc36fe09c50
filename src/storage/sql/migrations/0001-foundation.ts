import { sql, type Kysely } from 'kysely';
import { CHAIN_START } from '../../../ledger/index.ts';
import type { Capabilities } from '../capabilities.ts';

/** The first tables. Written as SQL: a migration is history and must not follow later changes of a builder. */
export async function foundation(db: Kysely<unknown>, { types }: Capabilities): Promise<void> {
  const { id, text, bytes } = types;
  const statements = [
    `create table store (name ${text} primary key, value ${text} not null)`,

    `create table registries (
      id ${id}, name ${text} not null unique, format ${text} not null, created_at bigint not null)`,

    `create table packages (
      id ${id}, registry_id bigint not null references registries (id), name ${text} not null,
      origin ${text} not null, revision bigint not null, created_at bigint not null, updated_at bigint not null,
      unique (registry_id, name))`,

    `create table users (
      id ${id}, name ${text} not null, name_key ${text} not null unique, email ${text}, role ${text} not null,
      password_hash ${text} not null, created_at bigint not null, disabled_at bigint)`,

    `create table tokens (
      id ${id}, user_id bigint not null references users (id), hash ${text} not null unique, prefix ${text} not null,
      name ${text} not null, scopes ${text} not null, created_at bigint not null, expires_at bigint, revoked_at bigint)`,
    `create index tokens_by_user on tokens (user_id)`,

    `create table versions (
      id ${id}, package_id bigint not null references packages (id), version ${text} not null,
      version_key ${text} not null, manifest ${text} not null, summary ${text} not null, readme ${text},
      publisher_id bigint references users (id), published_at bigint not null,
      unique (package_id, version_key))`,

    `create table blobs (
      key ${text} primary key, sha256 ${text} not null, size bigint not null, state ${text} not null,
      created_at bigint not null)`,
    `create unique index blobs_by_sha256 on blobs (sha256) where state = 'stored'`,

    `create table artifacts (
      id ${id}, version_id bigint not null references versions (id), package_id bigint not null references packages (id),
      file ${text} not null, sha256 ${text} not null, sha1 ${text} not null, sha512 ${text} not null,
      size bigint not null, facts ${text} not null,
      unique (package_id, file))`,
    `create index artifacts_by_version on artifacts (version_id)`,
    `create index artifacts_by_sha256 on artifacts (sha256)`,

    `create table tags (
      package_id bigint not null references packages (id), tag ${text} not null,
      version_id bigint not null references versions (id), updated_at bigint not null,
      primary key (package_id, tag))`,
    `create index tags_by_version on tags (version_id)`,

    `create table owners (
      package_id bigint not null references packages (id), user_id bigint not null references users (id),
      since bigint not null, primary key (package_id, user_id))`,
    `create index owners_by_user on owners (user_id)`,

    `create table events (
      id ${id}, seq bigint unique, hash ${text}, type ${text} not null, at bigint not null, actor_id bigint,
      registry ${text}, package ${text}, version ${text}, detail ${text} not null)`,
    `create index events_unsealed on events (id) where seq is null`,
    `create table event_chain (id bigint primary key, seq bigint not null, hash ${text} not null)`,
    `insert into event_chain (id, seq, hash) values (1, 0, '${CHAIN_START}')`,

    `create table leases (name ${text} primary key, holder ${text} not null, expires_at bigint not null)`,

    `create table signing_keys (
      id ${id}, purpose ${text} not null, current_for ${text} unique, key_id ${text} not null,
      public_key ${text} not null, private_key ${text} not null, created_at bigint not null, expires_at bigint)`,

    `create table upstream_documents (
      registry_id bigint not null references registries (id), name ${text} not null, status ${text} not null,
      upstream_etag ${text}, last_modified ${text}, checked_at bigint not null, fetched_at bigint not null,
      etag ${text} not null, body ${bytes}, artifact_index ${bytes}, primary key (registry_id, name))`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
