import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Packages as commits made them, kept for a while. */
export async function previews(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `create table previews (
      registry_id bigint not null references registries (id), sha ${text} not null, name ${text} not null,
      version ${text}, package_dir ${text}, repository ${text}, restricted integer not null,
      publisher_id bigint references users (id), published_by ${text}, published_at bigint not null,
      key ${text} not null, sha256 ${text} not null, sha1 ${text} not null, sha512 ${text} not null,
      size bigint not null, primary key (registry_id, sha, name))`,
    `create unique index previews_by_key on previews (key)`,
    `create index previews_by_name on previews (registry_id, name, sha)`,
    `create index previews_by_age on previews (published_at)`,
    `create index previews_by_publisher on previews (publisher_id)`,
    // Every key that a preview was given, and those that the sweeper has barred: a publish and a bar meet in this row.
    `create table preview_keys (key ${text} primary key, barred integer not null, created_at bigint not null)`,
    `create table preview_cursors (
      registry_id bigint not null references registries (id), name ${text} not null, owner ${text} not null,
      repo ${text} not null, ref ${text} not null, sha ${text} not null, run bigint, moved_at bigint not null,
      primary key (registry_id, name, owner, repo, ref))`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
