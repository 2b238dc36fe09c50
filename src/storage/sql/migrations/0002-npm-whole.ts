import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Deprecation, removal, visibility, stars, downloads, provenance and search. */
export async function npmWhole(db: Kysely<unknown>, { types: { text }, search }: Capabilities): Promise<void> {
  const statements = [
    `alter table packages add column visibility ${text} not null default 'public'`,
    `alter table packages add column downloads bigint not null default 0`,
    `alter table packages add column removed_at bigint`,
    `alter table versions add column description ${text} not null default ''`,
    `alter table versions add column keywords ${text} not null default ''`,
    `alter table versions add column deprecated ${text}`,
    `alter table versions add column removed_at bigint`,

    `create table stars (
      package_id bigint not null references packages (id), user_id bigint not null references users (id),
      since bigint not null, primary key (package_id, user_id))`,
    `create index stars_by_user on stars (user_id)`,

    `create table downloads (
      version_id bigint not null references versions (id), package_id bigint not null references packages (id),
      day bigint not null, count bigint not null, primary key (version_id, day))`,
    `create index downloads_by_package on downloads (package_id, day)`,

    `create table attestations (
      version_id bigint primary key references versions (id), predicate_type ${text} not null, bundle text not null)`,

    ...search.create,
    `insert into package_search (rowid, name, description, keywords)
      select id, name, '', '' from packages where origin = 'local'`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
