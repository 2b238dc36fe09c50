import { Fault } from '../../../kernel/index.ts';
import { lockRows, type Session } from '../capabilities.ts';

/** Rows of one statement; databases set limits. */
const AT_ONCE = 500;

/**
 * Takes a user out of the owners of all their packages. The heir becomes an owner of all, or of those that nobody else owns.
 * Returns how many that were. Fault `conflict` if there is no heir, and packages would have no owner.
 */
export async function inherit(
  session: Session,
  options: { user: string; userId: number; heirId: number | null; inherits: 'all' | 'orphans'; at: number },
): Promise<number> {
  const { userId, heirId, inherits } = options;
  const { db } = session;
  const owned = db.selectFrom('owners').select('package_id').where('user_id', '=', userId);
  const packages = await lockRows(
    session,
    db.selectFrom('packages').select('id').where('id', 'in', owned).orderBy('id'),
  ).execute();
  const shared = await db
    .selectFrom('owners')
    .select('package_id')
    .distinct()
    .where('package_id', 'in', owned)
    .where('user_id', '!=', userId)
    .execute();
  const withOthers = new Set(shared.map(({ package_id }) => package_id));
  const all = packages.map(({ id }) => id);
  const orphans = all.filter((id) => !withOthers.has(id));
  const inherited = inherits === 'all' ? all : orphans;
  if (heirId === null && orphans.length > 0) {
    throw new Fault(
      'conflict',
      `${options.user} is the only owner of ${orphans.length} ${orphans.length === 1 ? 'package' : 'packages'}: say whose they shall be.`,
    );
  }
  for (let from = 0; from < all.length; from += AT_ONCE) {
    await change(session, all.slice(from, from + AT_ONCE), new Set(inherited), options);
  }
  return heirId === null ? 0 : inherited.length;
}

async function change(
  { db }: Session,
  packages: number[],
  inherited: ReadonlySet<number>,
  { userId, heirId, at }: { userId: number; heirId: number | null; at: number },
): Promise<void> {
  await db.deleteFrom('owners').where('package_id', 'in', packages).where('user_id', '=', userId).execute();
  const gained = packages.filter((id) => inherited.has(id));
  if (heirId !== null && gained.length > 0) {
    await db
      .insertInto('owners')
      .values(gained.map((id) => ({ package_id: id, user_id: heirId, since: at })))
      .onConflict((conflict) => conflict.columns(['package_id', 'user_id']).doNothing())
      .execute();
  }
  // Owners stand in every version of a packument.
  await db
    .updateTable('packages')
    .set(({ eb }) => ({
      revision: eb('revision', '+', 1),
      history: eb('history', '+', 1),
      updated_at: at,
    }))
    .where('id', 'in', packages)
    .execute();
}
