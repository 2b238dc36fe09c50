import type { CountStore } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';

export async function tidyCounts(
  { db }: Session,
  { missing, batches }: Parameters<CountStore['tidy']>[0],
): Promise<void> {
  await db.deleteFrom('missing_versions').where('last_at', '<', missing).execute();
  await db.deleteFrom('count_batches').where('at', '<', batches).execute();
}
