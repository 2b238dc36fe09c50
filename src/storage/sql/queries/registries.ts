import type { Kysely } from 'kysely';
import type { OrganisationRole } from '../../../accounts/index.ts';
import { atLeast } from '../../../accounts/light/index.ts';
import type { RegistryMember, RegistryRow, SeenRegistry } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

const registryColumns = [
  'registries.id',
  'registries.name',
  'registries.format',
  'registries.visibility',
  'registries.publish',
  'organisations.name as organisation',
  'registries.created_at as createdAt',
] as const;

function registries(db: Kysely<Schema>) {
  return db
    .selectFrom('registries')
    .leftJoin('organisations', 'organisations.id', 'registries.organisation_id');
}

export async function listRegistries(db: Kysely<Schema>): Promise<RegistryRow[]> {
  return registries(db).select(registryColumns).orderBy('registries.id').execute();
}

/** See `Origins.ofFormat`. */
export async function registriesOf(
  db: Kysely<Schema>,
  format: string,
): Promise<{ registry: RegistryRow; policyRevision: number }[]> {
  const rows = await registries(db)
    .select([...registryColumns, 'registries.policy_revision as policyRevision'])
    .where('registries.format', '=', format)
    .orderBy('registries.id')
    .execute();
  return rows.map(({ policyRevision, ...registry }) => ({ registry, policyRevision }));
}

export async function registryById(db: Kysely<Schema>, id: number): Promise<RegistryRow> {
  return registries(db).select(registryColumns).where('registries.id', '=', id).executeTakeFirstOrThrow();
}

/** The roles of nobody are those of no user: the query is the same for all who ask. */
export async function findRegistry(
  db: Kysely<Schema>,
  name: string,
  userId: number | null,
): Promise<SeenRegistry | undefined> {
  const row = await withRoles(db, userId ?? 0)
    .select(registryColumns)
    .where('registries.name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { memberRole, organisationRole, ...registry } = row;
  return { row: registry, role: higherRole(memberRole, organisationRole) };
}

export async function registryRole(
  db: Kysely<Schema>,
  id: number,
  userId: number,
): Promise<OrganisationRole | null> {
  const row = await withRoles(db, userId).where('registries.id', '=', id).executeTakeFirst();
  return row ? higherRole(row.memberRole, row.organisationRole) : null;
}

function withRoles(db: Kysely<Schema>, userId: number) {
  return registries(db)
    .leftJoin('registry_members', (join) =>
      join
        .onRef('registry_members.registry_id', '=', 'registries.id')
        .on('registry_members.user_id', '=', userId),
    )
    .leftJoin('organisation_members', (join) =>
      join
        .onRef('organisation_members.organisation_id', '=', 'registries.organisation_id')
        .on('organisation_members.user_id', '=', userId),
    )
    .select(['registry_members.role as memberRole', 'organisation_members.role as organisationRole']);
}

export function higherRole(
  one: OrganisationRole | null,
  other: OrganisationRole | null,
): OrganisationRole | null {
  return other !== null && atLeast(one, other) ? one : (other ?? one);
}

export async function readRegistryMembers(db: Kysely<Schema>, registryId: number): Promise<RegistryMember[]> {
  return db
    .selectFrom('registry_members')
    .innerJoin('users', 'users.id', 'registry_members.user_id')
    .select(['users.name', 'registry_members.role', 'registry_members.since'])
    .where('registry_members.registry_id', '=', registryId)
    .orderBy('users.name_key')
    .execute();
}
