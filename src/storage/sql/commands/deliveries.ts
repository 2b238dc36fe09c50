import type { Deliveries, Delivery } from '../../../ledger/index.ts';
import { lockRows, type Session } from '../capabilities.ts';

type Input<M extends keyof Deliveries> = Parameters<Deliveries[M]>[0];

export async function noteDeliveries(
  { db }: Session,
  { reader, from, to, bodies, at }: Input<'note'>,
): Promise<boolean> {
  const moved =
    from === undefined
      ? await db
          .insertInto('event_readers')
          .values({ name: reader, seq: to })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('seq')
          .executeTakeFirst()
      : await db
          .updateTable('event_readers')
          .set({ seq: to })
          .where('name', '=', reader)
          .where('seq', '=', from)
          .returning('seq')
          .executeTakeFirst();
  if (moved === undefined) return false;
  const rows = bodies.map((body) => ({ reader, body: JSON.stringify(body), created_at: at, due_at: at }));
  if (rows.length > 0) await db.insertInto('deliveries').values(rows).execute();
  return true;
}

export async function claimDeliveries(
  session: Session,
  { reader, now, until, limit }: Input<'claim'>,
): Promise<Delivery[]> {
  const { db } = session;
  const rows = await lockRows(
    session,
    db
      .selectFrom('deliveries')
      .selectAll()
      .where('reader', '=', reader)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit),
  ).execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await db
    .updateTable('deliveries')
    .set((eb) => ({ due_at: until, tries: eb('tries', '+', 1) }))
    .where('id', 'in', ids)
    .execute();
  return rows.map(({ id, body, created_at: createdAt, tries }) => ({
    id,
    body: JSON.parse(body) as Record<string, unknown>,
    createdAt,
    tries,
  }));
}

export async function finishDelivery({ db }: Session, id: number): Promise<void> {
  await db.deleteFrom('deliveries').where('id', '=', id).execute();
}

export async function postponeDelivery({ db }: Session, { id, dueAt }: Input<'postpone'>): Promise<void> {
  await db.updateTable('deliveries').set({ due_at: dueAt }).where('id', '=', id).execute();
}
