import { theServer } from '../../../ledger/index.ts';
import type { NewDocument } from '../../../upstream/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { evictAll } from './evict-all.ts';
import { finishChange } from './packages.ts';

/** Parameters of one statement; databases set limits. */
const VERSIONS_AT_ONCE = 500;
/** Versions that the event names; there may be thousands. */
const MOST_NAMED = 100;

/**
 * Notes which of the stored versions the upstream does not list any more, and which it lists again. Those that are from another
 * upstream than the document go: versions of two upstreams never stand in one.
 */
export async function markVanished(
  session: Session,
  { registryId, name, versions, upstream, checkedAt: at }: NewDocument,
): Promise<void> {
  const { db } = session;
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .innerJoin('registries', 'registries.id', 'packages.registry_id')
      .select([
        'packages.id',
        'packages.origin',
        'packages.revision',
        'packages.organisation_id',
        'registries.name as registry',
      ])
      .where('packages.registry_id', '=', registryId)
      .where('packages.name', '=', name)
      .where('packages.origin', '=', 'upstream'),
  ).executeTakeFirst();
  if (head === undefined) return;
  const all = await db
    .selectFrom('versions')
    .select(['id', 'version', 'vanished_at as vanishedAt', 'upstream'])
    .where('package_id', '=', head.id)
    .where('state', '=', 'published')
    .execute();
  const sources = upstream?.split(' ') ?? [];
  const isForeign = (row: { upstream: string | null }) =>
    row.upstream !== null && upstream !== null && !sources.includes(row.upstream);
  const foreign = all.filter(isForeign);
  for (let from = 0; from < foreign.length; from += VERSIONS_AT_ONCE) {
    // Their bytes are barred now; the sweeper takes them.
    await evictAll(
      session,
      foreign.slice(from, from + VERSIONS_AT_ONCE).map(({ id }) => id),
      at,
    );
  }
  const stored = all.filter((row) => !isForeign(row));
  if (foreign.length > 0) {
    // The eviction has raised it.
    const now = await db
      .selectFrom('packages')
      .select('revision')
      .where('id', '=', head.id)
      .executeTakeFirstOrThrow();
    head.revision = now.revision;
  }
  const listed = new Set(versions);
  const gone = stored.filter(({ version, vanishedAt }) => vanishedAt === null && !listed.has(version));
  const back = stored.filter(({ version, vanishedAt }) => vanishedAt !== null && listed.has(version));
  if (gone.length === 0 && back.length === 0) return;
  await setVanished(session, gone, at);
  await setVanished(session, back, null);
  const named = (rows: typeof stored) => rows.slice(0, MOST_NAMED).map(({ version }) => version);
  const detail = { upstream, gone: named(gone), back: named(back) };
  const { registry } = head;
  const event = {
    type: 'package.vanish',
    at,
    actor: theServer,
    registry,
    package: name,
    version: null,
    detail,
  };
  await finishChange(session, head, { at, event }, { rewrites: true });
}

async function setVanished({ db }: Session, rows: { id: number }[], at: number | null): Promise<void> {
  const ids = rows.map(({ id }) => id);
  for (let from = 0; from < ids.length; from += VERSIONS_AT_ONCE) {
    await db
      .updateTable('versions')
      .set({ vanished_at: at })
      .where('id', 'in', ids.slice(from, from + VERSIONS_AT_ONCE))
      .execute();
  }
}
