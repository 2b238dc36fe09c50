import { Fault } from '../../../kernel/index.ts';
import type { RegistryRow, TagCommand } from '../../../registry/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { recordEvent } from './record.ts';

export interface LockedPackage {
  id: number;
  origin: 'local' | 'upstream';
  revision: number;
}

export async function assertOwner(
  session: Session,
  packageId: number,
  name: string,
  userId: number,
): Promise<void> {
  const owner = await session.db
    .selectFrom('owners')
    .select('user_id')
    .where('package_id', '=', packageId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (owner === undefined) {
    throw new Fault(
      'not_owner',
      `You do not own ${name}; ask one of its owners, or publish under another name.`,
    );
  }
}

export interface CreateRegistry {
  name: string;
  format: string;
  at: number;
}

export async function createRegistry(
  session: Session,
  { name, format, at }: CreateRegistry,
): Promise<RegistryRow> {
  const row = await session.db
    .insertInto('registries')
    .values({ name, format, created_at: at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw new Fault('registry_exists', `There is a registry called ${name} already.`);
  await recordEvent(session, {
    type: 'registry.create',
    at,
    actorId: null,
    registry: name,
    package: null,
    version: null,
    detail: { format },
  });
  return { id: row.id, name, format, createdAt: at };
}

/** Points a tag at a published version, or takes it away. */
export async function moveTag(session: Session, command: TagCommand): Promise<{ revision: number }> {
  const { db } = session;
  const head = await lockRows(
    session,
    db
      .selectFrom('packages')
      .select(['id', 'revision'])
      .where('registry_id', '=', command.registryId)
      .where('name', '=', command.name)
      .where('origin', '=', 'local'),
  ).executeTakeFirst();
  if (head === undefined) throw new Fault('package_not_found', `There is no package ${command.name} here.`);
  if (!command.overrideOwnership) await assertOwner(session, head.id, command.name, command.actorId);
  if (command.version === null) {
    const gone = await db
      .deleteFrom('tags')
      .where('package_id', '=', head.id)
      .where('tag', '=', command.tag)
      .returning('tag')
      .executeTakeFirst();
    if (gone === undefined) throw new Fault('tag_not_found', `${command.name} has no tag ${command.tag}.`);
  } else {
    const version = await db
      .selectFrom('versions')
      .select('id')
      .where('package_id', '=', head.id)
      .where('version', '=', command.version)
      .executeTakeFirst();
    if (version === undefined) {
      throw new Fault(
        'version_not_found',
        `There is no version ${command.version} of ${command.name} to tag.`,
      );
    }
    await db
      .insertInto('tags')
      .values({ package_id: head.id, tag: command.tag, version_id: version.id, updated_at: command.at })
      .onConflict((conflict) =>
        conflict
          .columns(['package_id', 'tag'])
          .doUpdateSet({ version_id: version.id, updated_at: command.at }),
      )
      .execute();
  }
  const revision = head.revision + 1;
  await db
    .updateTable('packages')
    .set({ revision, updated_at: command.at })
    .where('id', '=', head.id)
    .execute();
  await recordEvent(session, command.event);
  return { revision };
}
