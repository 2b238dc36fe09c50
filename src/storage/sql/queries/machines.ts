import type { Kysely } from 'kysely';
import type {
  ClaimCondition,
  ExchangeRule,
  MachineIdentity,
  TrustPermission,
  TrustedPublisher,
} from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';

function publishers(db: Kysely<Schema>) {
  return db
    .selectFrom('trusted_publishers')
    .innerJoin('packages', 'packages.id', 'trusted_publishers.package_id')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .select([
      'trusted_publishers.id',
      'trusted_publishers.type',
      'trusted_publishers.issuer',
      'trusted_publishers.audience',
      'trusted_publishers.claims',
      'trusted_publishers.permissions',
      'trusted_publishers.lasting_id',
      'trusted_publishers.created_at',
      'trusted_publishers.created_by',
      'packages.id as package_id',
      'packages.registry_id',
      'packages.name as package_name',
      'registries.name as registry',
      'packages.visibility',
      'registries.visibility as registry_visibility',
    ])
    .orderBy('trusted_publishers.created_at')
    .orderBy('trusted_publishers.id');
}

type PublisherRow = Awaited<ReturnType<ReturnType<typeof publishers>['execute']>>[number];

export async function trustIn(
  db: Kysely<Schema>,
  packageName: string,
  registryId: number | null,
): Promise<ExchangeRule[]> {
  const rows = await publishers(db)
    .where('packages.name', '=', packageName)
    .where('packages.removed_at', 'is', null)
    .where('packages.origin', '=', 'local')
    .$if(registryId !== null, (query) => query.where('packages.registry_id', '=', registryId ?? 0))
    .execute();
  return rows.map((row) => {
    const isPublic = row.visibility === 'public' && row.registry_visibility === 'public';
    return Object.assign(publisherFrom(row), { isPublic });
  });
}

export async function trustOf(db: Kysely<Schema>, packageId: number): Promise<TrustedPublisher[]> {
  const rows = await publishers(db).where('trusted_publishers.package_id', '=', packageId).execute();
  return rows.map(publisherFrom);
}

function publisherFrom(row: PublisherRow): TrustedPublisher {
  return {
    id: row.id,
    packageId: row.package_id,
    registryId: row.registry_id,
    registry: row.registry,
    packageName: row.package_name,
    type: row.type,
    issuer: row.issuer,
    audience: row.audience,
    claims: JSON.parse(row.claims) as Record<string, ClaimCondition>,
    permissions: row.permissions.split(',') as TrustPermission[],
    lastingId: row.lasting_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

export async function machineByToken(
  db: Kysely<Schema>,
  hash: string,
  now: number,
): Promise<MachineIdentity | undefined> {
  const rows = await db
    .selectFrom('machine_tokens')
    .innerJoin('machine_grants', 'machine_grants.token_id', 'machine_tokens.id')
    .innerJoin('trusted_publishers', 'trusted_publishers.id', 'machine_grants.trust_id')
    .innerJoin('packages', 'packages.id', 'trusted_publishers.package_id')
    .select([
      'machine_tokens.id as token_id',
      'machine_tokens.label',
      'machine_tokens.claims',
      'trusted_publishers.id as trust_id',
      'trusted_publishers.type',
      'trusted_publishers.permissions',
      'packages.registry_id',
      'packages.name as package_name',
    ])
    .where('machine_tokens.hash', '=', hash)
    .where('machine_tokens.expires_at', '>', now)
    .execute();
  const [first] = rows;
  return (
    first && {
      tokenId: first.token_id,
      label: first.label,
      claims: JSON.parse(first.claims) as Record<string, string>,
      grants: rows.map((row) => ({
        trustId: row.trust_id,
        type: row.type,
        registryId: row.registry_id,
        packageName: row.package_name,
        permissions: row.permissions.split(',') as TrustPermission[],
      })),
    }
  );
}
