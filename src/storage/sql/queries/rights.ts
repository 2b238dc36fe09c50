import type { Kysely } from 'kysely';
import type { OrganisationRole } from '../../../accounts/index.ts';
import { scopeOf } from '../../../policy/index.ts';
import type { Sight } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';
import { packageFrom, type PackageColumns } from './packages.ts';
import { prepared } from './prepared.ts';
import { higherRole } from './registries.ts';

const packageColumns = [
  'packages.id',
  'packages.registry_id',
  'packages.name',
  'packages.origin',
  'packages.revision',
  'packages.history',
  'packages.visibility',
  'packages.organisation_id',
  'packages.created_at',
  'packages.updated_at',
  'packages.removed_at',
  'packages.trusted_only',
  'packages.awaits',
] as const;

/** What everybody reads of a name: every anonymous read runs this once. */
const byName = prepared((db, registryId: number, name: string) =>
  db
    .selectFrom('registries')
    .leftJoin('packages', (join) =>
      join.onRef('packages.registry_id', '=', 'registries.id').on('packages.name', '=', name),
    )
    .select([
      'registries.visibility as registry_visibility',
      'registries.publish',
      'registries.policy_revision',
      ...packageColumns,
    ])
    .where('registries.id', '=', registryId),
);

/** The same and all that gives a user rights; every join is one look into a unique index. */
const byNameAndUser = prepared((db, registryId: number, name: string, scope: string | null, userId: number) =>
  db
    .selectFrom('registries')
    .leftJoin('registry_members', (join) =>
      join
        .onRef('registry_members.registry_id', '=', 'registries.id')
        .on('registry_members.user_id', '=', userId),
    )
    .leftJoin('organisation_members as of_registry', (join) =>
      join
        .onRef('of_registry.organisation_id', '=', 'registries.organisation_id')
        .on('of_registry.user_id', '=', userId),
    )
    .leftJoin('packages', (join) =>
      join.onRef('packages.registry_id', '=', 'registries.id').on('packages.name', '=', name),
    )
    .leftJoin('owners', (join) =>
      join.onRef('owners.package_id', '=', 'packages.id').on('owners.user_id', '=', userId),
    )
    .leftJoin('organisation_members as of_package', (join) =>
      join
        .onRef('of_package.organisation_id', '=', 'packages.organisation_id')
        .on('of_package.user_id', '=', userId),
    )
    .leftJoin('organisations as owning', 'owning.id', 'packages.organisation_id')
    .leftJoin('organisations', (join) => join.on('organisations.name_key', '=', scope))
    .leftJoin('organisation_members as of_scope', (join) =>
      join.onRef('of_scope.organisation_id', '=', 'organisations.id').on('of_scope.user_id', '=', userId),
    )
    .select(({ selectFrom }) => [
      'registries.visibility as registry_visibility',
      'registries.publish',
      'registries.policy_revision',
      ...packageColumns,
      'registry_members.role as member_role',
      'of_registry.role as registry_role',
      'owners.user_id as owner',
      'of_package.role as package_role',
      'owning.name as organisation',
      'organisations.name as scope_owner',
      'of_scope.role as scope_role',
      // `write` is the greater word.
      selectFrom('team_grants')
        .innerJoin('team_members', 'team_members.team_id', 'team_grants.team_id')
        .select(({ fn }) => fn.max('team_grants.access').as('access'))
        .whereRef('team_grants.package_id', '=', 'packages.id')
        .where('team_members.user_id', '=', userId)
        .as('team'),
    ])
    .where('registries.id', '=', registryId),
);

export async function readSight(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
  userId: number | null,
): Promise<Sight | undefined> {
  if (userId === null) {
    const row = await byName(db, registryId, name);
    return row && sightFrom(row, nothing);
  }
  const row = await byNameAndUser(db, registryId, name, scopeOf(name)?.toLowerCase() ?? null, userId);
  return row && sightFrom(row, row);
}

interface Roles {
  member_role: OrganisationRole | null;
  registry_role: OrganisationRole | null;
  owner: number | null;
  package_role: OrganisationRole | null;
  organisation: string | null;
  scope_owner: string | null;
  scope_role: OrganisationRole | null;
  team: 'read' | 'write' | null;
}

const nothing: Roles = {
  member_role: null,
  registry_role: null,
  owner: null,
  package_role: null,
  organisation: null,
  scope_owner: null,
  scope_role: null,
  team: null,
};

type Row = {
  trusted_only: number | null;
  awaits: 'anyone' | 'owner' | null;
  registry_visibility: Sight['registry']['visibility'];
  publish: Sight['registry']['publish'];
  policy_revision: number;
} & {
  [C in keyof PackageColumns]: PackageColumns[C] | null;
};

function sightFrom(row: Row, roles: Roles): Sight {
  // A name that waits for anyone's first version is free, whatever was here before.
  const head = row.id === null || row.awaits === 'anyone' ? undefined : packageFrom(row as PackageColumns);
  return {
    registry: {
      visibility: row.registry_visibility,
      publish: row.publish,
      role: higherRole(roles.member_role, roles.registry_role),
    },
    package: head
      ? {
          origin: head.origin,
          visibility: head.visibility,
          removed: head.removedAt !== null,
          trustedOnly: row.trusted_only === 1,
          owner: roles.owner !== null,
          organisation: roles.organisation,
          role: roles.package_role,
          team: roles.team,
        }
      : null,
    scope: roles.scope_owner === null ? null : { organisation: roles.scope_owner, role: roles.scope_role },
    head,
    policyRevision: row.policy_revision,
  };
}
