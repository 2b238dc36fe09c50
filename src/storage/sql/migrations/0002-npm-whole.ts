import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';
import { refreshSearch } from '../commands/search-index.ts';
import type { Schema } from '../schema/index.ts';

/** Deprecation, removal, visibility, stars, downloads, provenance and search. */
export async function npmWhole(db: Kysely<Schema>, capabilities: Capabilities): Promise<void> {
  const {
    types: { text },
    search,
  } = capabilities;
  const statements = [
    `alter table packages add column history bigint not null default 0`,
    `alter table packages add column visibility ${text} not null default 'public'`,
    `alter table packages add column downloads bigint not null default 0`,
    `alter table packages add column removed_at bigint`,
    `alter table versions add column description ${text} not null default ''`,
    `alter table versions add column keywords ${text} not null default ''`,
    `alter table versions add column deprecated ${text}`,
    `alter table versions add column removed_at bigint`,
    `create index versions_by_number on versions (package_id, version)`,
    `create index versions_in_order on versions (package_id, id)`,

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
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
  await fillSearch(db, capabilities);
}

/** Packages from before can be found by their names; their next publish adds the rest. */
async function fillSearch(db: Kysely<Schema>, capabilities: Capabilities): Promise<void> {
  const packages = await db.selectFrom('packages').select('id').where('origin', '=', 'local').execute();
  for (const { id } of packages) await refreshSearch({ db, capabilities }, id);
}
