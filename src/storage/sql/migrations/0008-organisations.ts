import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Organisations and teams, what they own, and who may see and publish what. */
export async function organisations(db: Kysely<unknown>, { types }: Capabilities): Promise<void> {
  const { id, text } = types;
  const statements = [
    `create table organisations (
      id ${id}, name ${text} not null, name_key ${text} not null unique, lookalike ${text} not null,
      description ${text} not null, created_at bigint not null)`,
    `create index organisations_by_lookalike on organisations (lookalike)`,

    `create table account_names (
      name_key ${text} primary key, lookalike ${text} not null, user_id bigint references users (id),
      organisation_id bigint references organisations (id))`,
    `create index account_names_by_lookalike on account_names (lookalike)`,
    `insert into account_names (name_key, lookalike, user_id)
      select name_key, replace(replace(name_key, '_', '-'), '.', '-'), id from users`,

    `create table organisation_members (
      organisation_id bigint not null references organisations (id), user_id bigint not null references users (id),
      role ${text} not null, since bigint not null, primary key (organisation_id, user_id))`,
    `create index organisation_members_by_user on organisation_members (user_id)`,

    `create table organisation_invitations (
      id ${id}, organisation_id bigint not null references organisations (id),
      user_id bigint references users (id), email ${text}, secret_hash ${text} unique, role ${text} not null,
      invited_by ${text}, created_at bigint not null, expires_at bigint not null)`,
    `create index organisation_invitations_by_organisation on organisation_invitations (organisation_id)`,
    `create index organisation_invitations_by_user on organisation_invitations (user_id)`,

    `create table teams (
      id ${id}, organisation_id bigint not null references organisations (id), name ${text} not null,
      description ${text} not null, created_at bigint not null, unique (organisation_id, name))`,
    `create table team_members (
      team_id bigint not null references teams (id), user_id bigint not null references users (id),
      since bigint not null, primary key (team_id, user_id))`,
    `create index team_members_by_user on team_members (user_id)`,
    `create table team_grants (
      package_id bigint not null references packages (id), team_id bigint not null references teams (id),
      access ${text} not null, since bigint not null, primary key (package_id, team_id))`,
    `create index team_grants_by_team on team_grants (team_id)`,

    `alter table packages add column organisation_id bigint references organisations (id)`,
    `create index packages_by_organisation on packages (organisation_id)`,
    `create table package_transfers (
      package_id bigint primary key references packages (id), to_user_id bigint references users (id),
      to_organisation_id bigint references organisations (id), offered_by bigint references users (id), created_at bigint not null,
      expires_at bigint not null)`,
    `create index package_transfers_by_user on package_transfers (to_user_id)`,
    `create index package_transfers_by_organisation on package_transfers (to_organisation_id)`,

    `create table scopes (
      registry_id bigint not null references registries (id), scope ${text} not null, lookalike ${text} not null,
      primary key (registry_id, scope))`,
    `create index scopes_by_lookalike on scopes (lookalike)`,

    `alter table registries add column visibility ${text} not null default 'public'`,
    `alter table registries add column publish ${text} not null default 'anyone'`,
    `alter table registries add column organisation_id bigint references organisations (id)`,
    `create table registry_members (
      registry_id bigint not null references registries (id), user_id bigint not null references users (id),
      role ${text} not null, since bigint not null, primary key (registry_id, user_id))`,
    `create index registry_members_by_user on registry_members (user_id)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
  await fillScopes(db);
}

/** Scopes that packages from before are in. */
async function fillScopes(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ registry_id: number; name: string }>`
    select registry_id, name from packages where origin = 'local' and name like '@%/%'`.execute(db);
  const scopes = new Map(
    rows.map(({ registry_id, name }) => {
      const scope = name.slice(1, name.indexOf('/'));
      return [`${registry_id} ${scope}`, { registry_id, scope }];
    }),
  );
  for (const { registry_id, scope } of scopes.values()) {
    const lookalike = scope.toLowerCase().replace(/[_.]/g, '-');
    await sql`insert into scopes (registry_id, scope, lookalike) values (${registry_id}, ${scope}, ${lookalike})`.execute(
      db,
    );
  }
}
