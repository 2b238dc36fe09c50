import { Fault } from '../../../kernel/light/index.ts';
import type { YankCommand } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';
import { finishChange, lockFor } from './packages.ts';
import { settleDefault } from './publish.ts';
import { refreshSearch } from './search-index.ts';

/**
 * Takes a version back without taking it away, or takes that back. The default tag goes to the best version that is left; a package
 * without one is not found any more. What is so already stays as it is, unrecorded.
 */
export async function yank(session: Session, command: YankCommand): Promise<{ revision: number }> {
  const head = await lockFor(session, command, 'write');
  const { db } = session;
  const row = await db
    .selectFrom('versions')
    .select(['id', 'yanked_at'])
    .where('package_id', '=', head.id)
    .where('version', '=', command.version)
    .where('state', '=', 'published')
    .executeTakeFirst();
  if (row === undefined) {
    throw new Fault('version_not_found', `There is no version ${command.version} of ${command.name}.`);
  }
  if ((row.yanked_at !== null) === command.yanked) return { revision: head.revision };
  await db
    .updateTable('versions')
    .set({ yanked_at: command.yanked ? command.at : null })
    .where('id', '=', row.id)
    .execute();
  await settleDefault(session, head.id, command.at);
  await refreshSearch(session, head.id);
  return finishChange(session, head, command, { rewrites: true });
}
