import { sql, type Kysely } from 'kysely';
import { coversName } from '../../../policy/index.ts';
import type { NameClaim, NameFacts } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

/** Parameters of one statement; databases set limits. */
const NAMES_AT_ONCE = 500;

export async function listClaims(db: Kysely<Schema>, registryId: number): Promise<NameClaim[]> {
  const rows = await db
    .selectFrom('name_claims')
    .selectAll()
    .where('registry_id', '=', registryId)
    .orderBy('pattern')
    .execute();
  return rows.map(({ pattern, reason, claimed_by, via, created_at }) => ({
    pattern,
    reason,
    by: { name: claimed_by, via },
    at: created_at,
  }));
}

/** See `Origins.ownAmong`. */
export async function ownAmong(
  db: Kysely<Schema>,
  registryIds: number[],
  names: string[],
): Promise<Set<string>> {
  const own = new Set<string>();
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const rows = await db
      .selectFrom('packages')
      .select('name')
      .where('registry_id', 'in', registryIds)
      .where('name', 'in', names.slice(from, from + NAMES_AT_ONCE))
      .where('origin', '=', 'local')
      .execute();
    for (const { name } of rows) own.add(name);
  }
  return own;
}

/** Does a claim cover the name? For under the lock of a command. */
export async function isClaimed(db: Kysely<Schema>, registryId: number, name: string): Promise<boolean> {
  const rows = await db
    .selectFrom('name_claims')
    .select('pattern')
    .where('registry_id', '=', registryId)
    .execute();
  return rows.some(({ pattern }) => coversName(pattern, name));
}

/** See `Origins.facts`. */
export async function nameFacts(
  db: Kysely<Schema>,
  registryId: number,
  name: string,
): Promise<NameFacts | undefined> {
  const head = await db
    .selectFrom('packages')
    .select(['id', 'origin', 'created_at', 'awaits'])
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (head === undefined) return undefined;
  const { count } = await db
    .selectFrom('versions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('package_id', '=', head.id)
    .where('state', '=', sql.lit('published'))
    .executeTakeFirstOrThrow();
  const first = await db
    .selectFrom('versions')
    // Those of an upstream that had the name before have no publisher.
    .innerJoin('users', 'users.id', 'versions.publisher_id')
    .select('users.name')
    .where('package_id', '=', head.id)
    .orderBy('versions.id')
    .limit(1)
    .executeTakeFirst();
  return {
    origin: head.origin,
    since: head.created_at,
    firstPublisher: first?.name ?? null,
    versions: count,
    awaits: head.awaits !== null,
  };
}
