import { sql, type Kysely } from 'kysely';
import type { NameClaim } from '../../../registry/index.ts';
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
  registryId: number,
  names: string[],
): Promise<Set<string>> {
  const own = new Set<string>();
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const rows = await db
      .selectFrom('packages')
      .select('name')
      .where('registry_id', '=', registryId)
      .where('name', 'in', names.slice(from, from + NAMES_AT_ONCE))
      .where('origin', '=', 'local')
      .execute();
    for (const { name } of rows) own.add(name);
  }
  return own;
}

/** Does a claim cover the name? `matchesName` once more, under the lock of a command. */
export async function isClaimed(db: Kysely<Schema>, registryId: number, name: string): Promise<boolean> {
  const text = sql<string>`cast(${name} as text)`;
  const row = await db
    .selectFrom('name_claims')
    .select('pattern')
    .where('registry_id', '=', registryId)
    .where((eb) =>
      eb.or([
        eb('pattern', '=', name),
        sql<boolean>`pattern = substr(${text}, 1, length(pattern) - 1) || '*'`,
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
