import type { KnownNetworks } from '../../../policy/index.ts';
import type { Session } from '../capabilities.ts';

export async function rememberNetwork(
  { db }: Session,
  { userId, network, at, most }: Parameters<KnownNetworks['remember']>[0],
): Promise<void> {
  await db
    .insertInto('known_networks')
    .values({ user_id: userId, network, last_login: at })
    .onConflict((conflict) => conflict.columns(['user_id', 'network']).doUpdateSet({ last_login: at }))
    .execute();
  const kept = await db
    .selectFrom('known_networks')
    .select('network')
    .where('user_id', '=', userId)
    .orderBy('last_login', 'desc')
    .orderBy('network')
    .limit(most)
    .execute();
  await db
    .deleteFrom('known_networks')
    .where('user_id', '=', userId)
    .where(
      'network',
      'not in',
      kept.map((row) => row.network),
    )
    .execute();
}
