import { theServer, type AuditStore, type NewEvent, type Segment } from '../../../ledger/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { nowhere, recordEvent, rowOf } from './record.ts';

export async function appendEvents({ db }: Session, events: NewEvent[]): Promise<void> {
  await db.insertInto('events').values(events.map(rowOf)).execute();
}

/** Under the lock of the sealer: the chain must not move meanwhile. */
export async function dropEvents(
  session: Session,
  { before, most, at }: Parameters<AuditStore['dropBefore']>[0],
): Promise<Segment | undefined> {
  const { db } = session;
  await lockRows(
    session,
    db.selectFrom('event_chain').select('seq').where('id', '=', 1),
  ).executeTakeFirstOrThrow();
  const oldest = await db
    .selectFrom('events')
    .select(['seq', 'hash', 'at'])
    .where('seq', 'is not', null)
    .orderBy('seq')
    .limit(most)
    .execute();
  // Clocks of replicas differ: the stretch ends before the first event that is to stay.
  const end = oldest.findIndex((row) => row.at >= before);
  const stretch = end < 0 ? oldest : oldest.slice(0, end);
  const [first, last] = [stretch.at(0), stretch.at(-1)];
  if (!first?.seq || !last?.seq || last.hash === null) return undefined;
  const segment = { firstSeq: first.seq, lastSeq: last.seq, hash: last.hash, droppedAt: at };
  await db.deleteFrom('events').where('seq', '<=', segment.lastSeq).execute();
  await db
    .insertInto('event_segments')
    .values({ first_seq: segment.firstSeq, last_seq: segment.lastSeq, hash: segment.hash, dropped_at: at })
    .execute();
  const { firstSeq, lastSeq, hash } = segment;
  await recordEvent(session, {
    ...nowhere,
    type: 'audit.drop',
    at,
    actor: theServer,
    detail: { firstSeq, lastSeq, hash },
  });
  return segment;
}
