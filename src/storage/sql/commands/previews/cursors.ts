import { Fault } from '../../../../kernel/index.ts';
import type { CursorPlace, PublishPreviews } from '../../../../registry/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';

export interface CursorMove {
  place: CursorPlace;
  /** Of the package. */
  name: string;
  /** True for a package that is owned here, whose publishers move its cursors. */
  owned: boolean;
}

/** Points a cursor of the package at the commit, unless a newer run has moved it already. */
export async function moveCursor(
  session: Session,
  command: PublishPreviews,
  move: CursorMove,
): Promise<void> {
  const { registryId, sha, run, at } = command;
  // Again if another publish of the same was a moment faster.
  for (;;) {
    const known = await lockCursor(session, registryId, move);
    if (known === undefined) {
      if (await addCursor(session, command, move)) return;
      continue;
    }
    if (!isNewer({ run, at }, known)) return;
    if (!move.owned && known.sha !== sha) await assertTheirs(session, command, move, known.sha);
    await where(session.db.updateTable('preview_cursors'), registryId, move)
      .set({ sha, run, moved_at: at })
      .execute();
    return;
  }
}

interface Known {
  sha: string;
  run: number | null;
  moved_at: number;
}

function isNewer({ run, at }: { run: number | null; at: number }, known: Known): boolean {
  return run !== null && known.run !== null ? run >= known.run : at >= known.moved_at;
}

function lockCursor(session: Session, registryId: number, move: CursorMove): Promise<Known | undefined> {
  const rows = where(session.db.selectFrom('preview_cursors'), registryId, move);
  return lockRows(session, rows.select(['sha', 'run', 'moved_at'])).executeTakeFirst();
}

interface Filtered<Q> {
  where(column: 'registry_id', operator: '=', value: number): Q;
  where(column: 'name' | 'owner' | 'repo' | 'ref', operator: '=', value: string): Q;
}

function where<Q extends Filtered<Q>>(query: Q, registryId: number, { place, name }: CursorMove): Q {
  return query
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .where('owner', '=', place.owner)
    .where('repo', '=', place.repo)
    .where('ref', '=', place.ref);
}

/** False if there is one by now. */
async function addCursor(
  { db }: Session,
  { registryId, sha, run, at }: PublishPreviews,
  { place, name }: CursorMove,
): Promise<boolean> {
  const added = await db
    .insertInto('preview_cursors')
    .values({ registry_id: registryId, name, ...place, sha, run, moved_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('sha')
    .executeTakeFirst();
  return added !== undefined;
}

/** Whoever could move another's cursor of a name that nobody owns could give people other bytes under an address that they trust. */
async function assertTheirs(
  { db }: Session,
  { registryId, publisherId, overrideOwnership, goneUntil }: PublishPreviews,
  { place, name }: CursorMove,
  sha: string,
): Promise<void> {
  if (overrideOwnership) return;
  const target = await db
    .selectFrom('previews')
    .select('publisher_id')
    .where('registry_id', '=', registryId)
    .where('sha', '=', sha)
    .where('name', '=', name)
    .where('published_at', '>', goneUntil)
    .executeTakeFirst();
  if (target === undefined || target.publisher_id === publisherId) return;
  throw new Fault(
    'not_owner',
    `${place.ref} of ${place.owner}/${place.repo} leads to a preview of ${name} that somebody else has published: only they or an administrator may move it.`,
  );
}
