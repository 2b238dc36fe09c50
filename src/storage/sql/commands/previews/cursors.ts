import type { CursorPlace, PublishPreviews } from '../../../../registry/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';

export interface CursorMove {
  place: CursorPlace;
  /** Of the package. */
  name: string;
  /** True for a package that is owned here, whose publishers move its cursors. */
  owned: boolean;
}

/**
 * Points a cursor of the package at the commit, unless a newer run has moved it already. Of a name that nobody owns every publisher has
 * their own, for what a server hears of a repository is what the sender says: nobody moves another's, stands in its way, or learns of it.
 * The publishers of a package that is owned here share one. Theirs, and an administrator's, takes the place of all others.
 */
export async function moveCursor(
  session: Session,
  command: PublishPreviews,
  move: CursorMove,
): Promise<void> {
  const { registryId, sha, run, at } = command;
  if (move.owned || command.overrideOwnership) await dropOthers(session, command, move);
  // Again if another publish of the same was a moment faster.
  for (;;) {
    const known = await lockCursor(session, command, move);
    if (known === undefined) {
      if (await addCursor(session, command, move)) return;
      continue;
    }
    if (!isNewer({ run, at }, known)) return;
    await where(session.db.updateTable('preview_cursors'), registryId, move)
      .where('holder', '=', holderOf(command, move))
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

function holderOf({ publisherId }: PublishPreviews, { owned }: CursorMove): number {
  return owned ? 0 : (publisherId ?? 0);
}

async function dropOthers({ db }: Session, command: PublishPreviews, move: CursorMove): Promise<void> {
  await where(db.deleteFrom('preview_cursors'), command.registryId, move)
    .where('holder', '<>', holderOf(command, move))
    .execute();
}

function lockCursor(
  session: Session,
  command: PublishPreviews,
  move: CursorMove,
): Promise<Known | undefined> {
  const rows = where(session.db.selectFrom('preview_cursors'), command.registryId, move).where(
    'holder',
    '=',
    holderOf(command, move),
  );
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
async function addCursor({ db }: Session, command: PublishPreviews, move: CursorMove): Promise<boolean> {
  const { registryId: registry_id, sha, run, at: moved_at } = command;
  const holder = holderOf(command, move);
  const added = await db
    .insertInto('preview_cursors')
    .values({ registry_id, name: move.name, ...move.place, holder, sha, run, moved_at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('sha')
    .executeTakeFirst();
  return added !== undefined;
}
