import { Fault } from '../../../../kernel/light/index.ts';
import { previewFault, previewStanding } from '../../../../policy/index.ts';
import type { NewPreview, PreviewsOutcome, PublishPreviews } from '../../../../registry/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';
import { readSight } from '../../queries/rights.ts';
import { Abandon } from '../abandon.ts';
import { assertTrusted } from '../machines/index.ts';
import { rowOf } from '../record.ts';
import { moveCursor } from './cursors.ts';
import { dropPreviews } from './drop.ts';

/** Previews of one commit with their cursors and events: all or nothing. */
export async function publishPreviews(session: Session, command: PublishPreviews): Promise<PreviewsOutcome> {
  const { db } = session;
  const { packages, at } = command;
  const unusedKeys: string[] = [];
  // In one order, so that two publishes of the same packages wait for each other instead of locking each other out.
  for (const one of packages.toSorted(byName)) {
    await takeKey(session, one.key, at);
    const { before, owned } = await putPreview(session, command, one);
    if (before !== undefined) unusedKeys.push(before);
    for (const place of command.cursors) await moveCursor(session, command, { place, name: one.name, owned });
  }
  if (unusedKeys.length > 0) await db.deleteFrom('preview_keys').where('key', 'in', unusedKeys).execute();
  await db
    .insertInto('events')
    .values(packages.map(({ event }) => rowOf(event)))
    .execute();
  return { outcome: 'published', unusedKeys };
}

function byName(a: NewPreview, b: NewPreview): number {
  return a.name < b.name ? -1 : 1;
}

/** The key is ours, or the sweeper was there first. */
async function takeKey({ db }: Session, key: string, at: number): Promise<void> {
  const taken = await db
    .insertInto('preview_keys')
    .values({ key, barred: 0, created_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (taken === undefined) throw new Abandon({ outcome: 'swept', key } satisfies PreviewsOutcome);
}

interface Held {
  key: string;
  publisher_id: number | null;
  published_at: number;
}

/** Puts it in the place of what is there, whose key is answered, or where nothing is. `owned`: there is a package of this name. */
async function putPreview(
  session: Session,
  command: PublishPreviews,
  one: NewPreview,
): Promise<{ before: string | undefined; owned: boolean }> {
  // Again if another publish of the same was a moment faster.
  for (;;) {
    const held = await lockPreview(session, command, one.name);
    const owned = await assertMay(session, command, one, held);
    const isOver = held !== undefined && held.published_at <= command.goneUntil;
    // As the job does later: what led to it is not the new publisher's.
    if (isOver) {
      const { registryId: registry_id, sha } = command;
      await dropPreviews(session, [{ registry_id, sha, name: one.name, key: held.key }]);
    } else if (held) {
      await replace(session, command, one, owned);
      return { before: held.key, owned };
    }
    if (await add(session, command, one, owned)) return { before: held?.key, owned };
  }
}

async function lockPreview(
  session: Session,
  { registryId, sha }: PublishPreviews,
  name: string,
): Promise<Held | undefined> {
  return lockRows(
    session,
    session.db
      .selectFrom('previews')
      .select(['key', 'publisher_id', 'published_at'])
      .where('registry_id', '=', registryId)
      .where('sha', '=', sha)
      .where('name', '=', name),
  ).executeTakeFirst();
}

/** Throws what stands in the way; true if there is a package of this name, whose rights they have. */
async function assertMay(
  session: Session,
  { registryId, publisherId, overrideOwnership, goneUntil }: PublishPreviews,
  { name, trustedPublisherId }: NewPreview,
  held: Held | undefined,
): Promise<boolean> {
  const sight = await readSight(session.db, registryId, name, publisherId);
  if (sight === undefined) throw new Fault('registry_not_found', 'There is no such registry any more.');
  if (trustedPublisherId !== undefined) {
    await assertTrusted(session, sight.head?.id ?? 0, name, trustedPublisherId, 'published');
    return true;
  }
  const isThere = held !== undefined && held.published_at > goneUntil;
  const asker = { userId: publisherId, administrator: overrideOwnership };
  const fault = previewFault(sight, name, asker, isThere ? { publisherId: held.publisher_id } : undefined);
  if (fault) throw fault;
  return previewStanding(sight).package !== null;
}

async function replace(
  { db }: Session,
  command: PublishPreviews,
  one: NewPreview,
  owned: boolean,
): Promise<void> {
  await db
    .updateTable('previews')
    .set(valuesOf(command, one, owned))
    .where('registry_id', '=', command.registryId)
    .where('sha', '=', command.sha)
    .where('name', '=', one.name)
    .execute();
}

/** False if there is one by now. */
async function add(
  { db }: Session,
  command: PublishPreviews,
  one: NewPreview,
  owned: boolean,
): Promise<boolean> {
  const added = await db
    .insertInto('previews')
    .values({
      registry_id: command.registryId,
      sha: command.sha,
      name: one.name,
      ...valuesOf(command, one, owned),
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'sha', 'name']).doNothing())
    .returning('key')
    .executeTakeFirst();
  return added !== undefined;
}

function valuesOf(
  { repository, publisherId, publishedBy, at }: PublishPreviews,
  one: NewPreview,
  owned: boolean,
) {
  return {
    version: one.version,
    package_dir: one.packageDir,
    repository,
    // Else the package says who may see it.
    restricted: one.restricted && !owned ? 1 : 0,
    publisher_id: publisherId,
    published_by: publishedBy,
    published_at: at,
    key: one.key,
    sha256: one.sha256,
    sha1: one.sha1,
    sha512: one.sha512,
    size: one.size,
  };
}
