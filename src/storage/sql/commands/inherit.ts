import { Fault } from '../../../kernel/light/index.ts';
import { lockRows, type Session } from '../capabilities.ts';

/** Rows of one statement; databases set limits. */
const AT_ONCE = 500;

export interface Inheritance {
  /** The user's name, for the sentence. */
  user: string;
  userId: number;
  heirId: number | null;
  /** What the heir gets: all packages, or those that nobody else owns. */
  inherits: 'all' | 'orphans';
  at: number;
}

/**
 * Takes a user out of the owners of all their packages, and gives the heir what is theirs; also the organisations that only this
 * user owns. Returns how many packages the heir got. Fault `conflict` if there is no heir, and something would have no owner.
 */
export async function inherit(session: Session, inheritance: Inheritance): Promise<number> {
  const { userId, heirId, inherits } = inheritance;
  const { db } = session;
  const owned = db.selectFrom('owners').select('package_id').where('user_id', '=', userId);
  const packages = await lockRows(
    session,
    db.selectFrom('packages').select(['id', 'organisation_id']).where('id', 'in', owned).orderBy('id'),
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
  const orphans = packages.flatMap(({ id, organisation_id }) =>
    organisation_id === null && !withOthers.has(id) ? [id] : [],
  );
  const organisations = await ownedAlone(session, userId);
  if (heirId === null && orphans.length + organisations.length > 0) {
    const things = [count(orphans.length, 'package'), count(organisations.length, 'organisation')];
    throw new Fault(
      'conflict',
      `${inheritance.user} is the only owner of ${things.filter((thing) => thing !== '').join(' and ')}: say whose they shall be.`,
    );
  }
  const inherited = inherits === 'all' ? all : orphans;
  for (let from = 0; from < all.length; from += AT_ONCE) {
    await change(session, all.slice(from, from + AT_ONCE), new Set(inherited), inheritance);
  }
  if (heirId !== null && organisations.length > 0) {
    await makeOwner(session, organisations, { heirId, at: inheritance.at });
  }
  return heirId === null ? 0 : inherited.length;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Ids of the organisations whose only owner is this user; locked, so that nobody else leaves meanwhile. */
async function ownedAlone(session: Session, userId: number): Promise<number[]> {
  const { db } = session;
  const own = db
    .selectFrom('organisation_members')
    .select('organisation_id')
    .where('user_id', '=', userId)
    .where('role', '=', 'owner');
  const locked = await lockRows(
    session,
    db.selectFrom('organisations').select('id').where('id', 'in', own).orderBy('id'),
  ).execute();
  const others = await db
    .selectFrom('organisation_members')
    .select('organisation_id')
    .distinct()
    .where('organisation_id', 'in', own)
    .where('role', '=', 'owner')
    .where('user_id', '!=', userId)
    .execute();
  const withOthers = new Set(others.map(({ organisation_id }) => organisation_id));
  return locked.flatMap(({ id }) => (withOthers.has(id) ? [] : [id]));
}

async function makeOwner(
  { db }: Session,
  organisations: number[],
  { heirId, at }: { heirId: number; at: number },
): Promise<void> {
  await db
    .insertInto('organisation_members')
    .values(
      organisations.map((id) => ({
        organisation_id: id,
        user_id: heirId,
        role: 'owner' as const,
        since: at,
      })),
    )
    .onConflict((conflict) => conflict.columns(['organisation_id', 'user_id']).doUpdateSet({ role: 'owner' }))
    .execute();
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
