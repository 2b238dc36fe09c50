import type { Actor } from '../../../../ledger/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';
import { recordEvent } from '../record.ts';

/** Parameters of one statement; databases set limits. */
const ROWS_AT_ONCE = 500;

interface Dropped {
  registry_id: number;
  sha: string;
  name: string;
  key: string;
}

/** Takes previews away, with what leads to them. Their bytes are the caller's to remove, or the sweeper's. */
export async function dropPreviews(session: Session, rows: Dropped[]): Promise<void> {
  const { db } = session;
  for (const some of chunks(rows)) {
    const keys = some.map(({ key }) => key);
    await db.deleteFrom('previews').where('key', 'in', keys).execute();
  }
  await dropKeys(session, rows);
  for (const ofName of Map.groupBy(rows, (row) => `${row.registry_id} ${row.name}`).values()) {
    const [{ registry_id, name } = { registry_id: 0, name: '' }] = ofName;
    for (const some of chunks(ofName)) {
      await db
        .deleteFrom('preview_cursors')
        .where('registry_id', '=', registry_id)
        .where('name', '=', name)
        .where(
          'sha',
          'in',
          some.map(({ sha }) => sha),
        )
        .execute();
    }
  }
}

/** Those of a user that only they could see. Writes an event `preview.remove` for each name. */
export async function dropRestrictedOf(
  session: Session,
  { userId, by, at }: { userId: number; by: Actor; at: number },
): Promise<void> {
  const rows = await lockRows(
    session,
    session.db
      .selectFrom('previews')
      .select(['registry_id', 'sha', 'name', 'key'])
      .where('publisher_id', '=', userId)
      .where('restricted', '=', 1)
      .orderBy('registry_id')
      .orderBy('name')
      .orderBy('sha'),
  ).execute();
  await dropPreviews(session, rows);
  for (const [first, ...others] of Map.groupBy(rows, (row) => `${row.registry_id} ${row.name}`).values()) {
    if (first === undefined) continue;
    const { registry_id: registryId, name } = first;
    await recordRemoval(session, { registryId, name, by, at, previews: others.length + 1 });
  }
}

/** Those of a package that is unpublished as a whole. Writes an event `preview.remove` if there were any. */
export async function dropPreviewsOf(session: Session, { registryId, name, by, at }: Removal): Promise<void> {
  const { db } = session;
  // By its name, so that one that is replaced at this moment goes too.
  const rows = await db
    .deleteFrom('previews')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .returning('key')
    .execute();
  await dropKeys(session, rows);
  await db
    .deleteFrom('preview_cursors')
    .where('registry_id', '=', registryId)
    .where('name', '=', name)
    .execute();
  if (rows.length > 0) await recordRemoval(session, { registryId, name, by, at, previews: rows.length });
}

async function dropKeys({ db }: Session, rows: { key: string }[]): Promise<void> {
  for (const some of chunks(rows)) {
    const keys = some.map(({ key }) => key);
    await db.deleteFrom('preview_keys').where('key', 'in', keys).execute();
  }
}

interface Removal {
  registryId: number;
  name: string;
  by: Actor;
  at: number;
}

/** One event for all of a name: a package may have had tens of thousands. */
async function recordRemoval(
  session: Session,
  { registryId, name, by, at, previews }: Removal & { previews: number },
): Promise<void> {
  const registry = await session.db
    .selectFrom('registries')
    .select('name')
    .where('id', '=', registryId)
    .executeTakeFirst();
  await recordEvent(session, {
    type: 'preview.remove',
    at,
    actor: by,
    registry: registry?.name ?? null,
    package: name,
    version: null,
    detail: { previews },
  });
}

function* chunks<R>(rows: R[]): Generator<R[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}
