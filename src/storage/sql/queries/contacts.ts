import type { Kysely } from 'kysely';
import type { Contact } from '../../../accounts/index.ts';
import type { Schema } from '../schema/index.ts';

export async function contactNamed(db: Kysely<Schema>, userName: string): Promise<Contact | undefined> {
  const rows = await reachable(db).where('users.name_key', '=', userName.toLowerCase()).execute();
  return rows.flatMap(contactFrom)[0];
}

export async function contactsOf(
  db: Kysely<Schema>,
  registry: string,
  packageName: string,
  limit: number,
): Promise<Contact[]> {
  const found = await db
    .selectFrom('packages')
    .innerJoin('registries', 'registries.id', 'packages.registry_id')
    .select(['packages.id', 'packages.organisation_id'])
    .where('registries.name', '=', registry)
    .where('packages.name', '=', packageName)
    .executeTakeFirst();
  if (found === undefined) return [];
  const rows = await reachable(db)
    .where((eb) =>
      eb.or([
        eb(
          'users.id',
          'in',
          eb.selectFrom('owners').select('owners.user_id').where('owners.package_id', '=', found.id),
        ),
        eb(
          'users.id',
          'in',
          eb
            .selectFrom('organisation_members')
            .select('organisation_members.user_id')
            .where('organisation_members.organisation_id', '=', found.organisation_id ?? 0)
            .where('organisation_members.role', 'in', ['owner', 'maintainer']),
        ),
      ]),
    )
    .orderBy('users.id')
    .limit(limit)
    .execute();
  return rows.flatMap(contactFrom);
}

function reachable(db: Kysely<Schema>) {
  return db
    .selectFrom('users')
    .innerJoin('verified_emails', 'verified_emails.user_id', 'users.id')
    .select(['users.id', 'users.name', 'users.email'])
    .where('users.disabled_at', 'is', null)
    .where('users.deleted_at', 'is', null);
}

function contactFrom({ id, name, email }: { id: number; name: string; email: string | null }): Contact[] {
  return email === null ? [] : [{ userId: id, name, email }];
}
