import type { Kysely } from 'kysely';
import type { AuditQuery, ChainHead, SealedEvent, Segment } from '../../../ledger/index.ts';
import type { Schema } from '../schema/index.ts';
import { sealedFrom } from './events.ts';

export async function findEvents(
  db: Kysely<Schema>,
  { filter, order, after, limit }: AuditQuery,
): Promise<SealedEvent[]> {
  const { actor, type, registry, package: name, result, since, until } = filter;
  let query = db.selectFrom('events').selectAll().where('seq', 'is not', null);
  if (after !== null) query = query.where('seq', order === 'newest' ? '<' : '>', after);
  if (actor !== undefined) query = query.where('actor_name', '=', actor);
  if (type?.endsWith('.'))
    query = query.where('type', '>=', type).where('type', '<', `${type.slice(0, -1)}/`);
  else if (type !== undefined) query = query.where('type', '=', type);
  if (registry !== undefined) query = query.where('registry', '=', registry);
  if (name !== undefined) query = query.where('package', '=', name);
  if (result === 'refused') query = query.where('result', '=', 'refused');
  // Rows from before there were refusals say nothing.
  if (result === 'done')
    query = query.where((eb) => eb.or([eb('result', '=', 'done'), eb('result', 'is', null)]));
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  const rows = await query
    .orderBy('seq', order === 'newest' ? 'desc' : 'asc')
    .limit(limit)
    .execute();
  return rows.map(sealedFrom);
}

export function readHead(db: Kysely<Schema>): Promise<ChainHead> {
  return db.selectFrom('event_chain').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirstOrThrow();
}

export async function readSegments(db: Kysely<Schema>): Promise<Segment[]> {
  const rows = await db.selectFrom('event_segments').selectAll().orderBy('last_seq').execute();
  return rows.map((row) => ({
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    hash: row.hash,
    droppedAt: row.dropped_at,
  }));
}
