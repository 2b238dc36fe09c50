import type { Kysely } from 'kysely';
import type { StoredAnswer } from '../../../upstream/index.ts';
import type { Schema } from '../schema/index.ts';

export async function upstreamAnswers(
  db: Kysely<Schema>,
  registryId: number,
  upstream: string,
  keys: string[],
): Promise<StoredAnswer[]> {
  if (keys.length === 0) return [];
  const rows = await db
    .selectFrom('upstream_answers')
    .select(['key', 'body', 'checked_at'])
    .where('registry_id', '=', registryId)
    .where('upstream', '=', upstream)
    .where('key', 'in', keys)
    .execute();
  return rows.map(({ key, body, checked_at }) => ({
    registryId,
    upstream,
    key,
    body,
    checkedAt: checked_at,
  }));
}

export async function documentSources(
  db: Kysely<Schema>,
  registryId: number,
  names: string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('upstream_documents')
    .select(['name', 'upstream'])
    .where('registry_id', '=', registryId)
    .where('name', 'in', names)
    .where('status', '=', 'found')
    .execute();
  return new Map(rows.flatMap(({ name, upstream }) => (upstream === null ? [] : [[name, upstream]])));
}
