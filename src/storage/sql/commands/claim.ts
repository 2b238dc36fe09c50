import { Fault } from '../../../kernel/index.ts';
import type { PublishCommand, VersionState } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { assertOwner, type LockedPackage } from './packages.ts';

/**
 * The package's head, locked; made with its first owner if the name was free. One that is made for a version which nobody may
 * see yet is not here yet.
 */
export async function claimPackage(
  session: Session,
  command: PublishCommand,
  state: VersionState,
): Promise<LockedPackage> {
  const { db } = session;
  const created = await db
    .insertInto('packages')
    .values({
      registry_id: command.registryId,
      name: command.name,
      origin: command.origin,
      revision: 0,
      created_at: command.at,
      updated_at: command.at,
      removed_at: state === 'published' ? null : command.at,
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doNothing())
    .returning(['id', 'origin', 'revision'])
    .executeTakeFirst();
  if (created !== undefined) {
    if (command.publisherId !== null) {
      await db
        .insertInto('owners')
        .values({ package_id: created.id, user_id: command.publisherId, since: command.at })
        .execute();
    }
    return created;
  }
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'origin', 'revision'])
      .where('registry_id', '=', command.registryId)
      .where('name', '=', command.name),
  ).executeTakeFirstOrThrow();
  if (head.origin !== command.origin) {
    throw head.origin === 'upstream'
      ? new Fault(
          'name_taken_upstream',
          `${command.name} is served here from the upstream registry; publish under a name or scope of your own.`,
        )
      : new Fault('conflict', `${command.name} is owned here and takes no versions from upstream.`);
  }
  if (command.publisherId !== null && !command.overrideOwnership) {
    await assertOwner(session, head.id, command.name, command.publisherId);
  }
  return head;
}
