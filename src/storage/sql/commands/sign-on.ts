import type { SignOnStore, User } from '../../../accounts/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { Session } from '../capabilities.ts';
import { userOfIdentity } from '../queries/sign-on.ts';
import { Abandon } from './abandon.ts';
import { createUser } from './accounts.ts';
import { nowhere, recordEvent } from './record.ts';

type Input<Method extends keyof SignOnStore> = Parameters<SignOnStore[Method]>[0];

export async function startSignOn({ db }: Session, signOn: Input<'startSignOn'>): Promise<void> {
  await db.deleteFrom('sign_ons').where('expires_at', '<=', signOn.at).execute();
  const { count } = await db
    .selectFrom('sign_ons')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count >= signOn.most)
    throw new Fault('unavailable', 'Too many logins are under way: try again in some minutes.');
  await db
    .insertInto('sign_ons')
    .values({
      state_hash: signOn.stateHash,
      browser_hash: signOn.browserHash,
      nonce: signOn.nonce,
      verifier: signOn.verifier,
      goal: signOn.goal,
      expires_at: signOn.expiresAt,
    })
    .execute();
}

export async function takeSignOn(
  { db }: Session,
  { stateHash, browserHash, at }: Input<'takeSignOn'>,
): Promise<{ nonce: string; verifier: string; goal: string } | undefined> {
  return db
    .deleteFrom('sign_ons')
    .where('state_hash', '=', stateHash)
    .where('browser_hash', '=', browserHash)
    .where('expires_at', '>', at)
    .returning(['nonce', 'verifier', 'goal'])
    .executeTakeFirst();
}

export async function linkIdentity(session: Session, link: Input<'linkIdentity'>): Promise<User> {
  return (await claimIdentity(session, link)) ? recordLink(session, link) : ownerOf(session, link);
}

export async function provisionUser(session: Session, provision: Input<'provisionUser'>): Promise<User> {
  const { identity, user } = provision;
  const known = await userOfIdentity(session.db, identity);
  if (known !== undefined) return known;
  const { id: userId } = await createUser(session, user);
  const link = { identity, userId, at: user.at, by: user.by };
  if (await claimIdentity(session, link)) return recordLink(session, link);
  // Somebody was faster: their user it is, and ours was never made.
  throw new Abandon(await ownerOf(session, link));
}

async function recordLink(session: Session, link: Input<'linkIdentity'>): Promise<User> {
  const { identity, userId, at, by } = link;
  const detail = { userId, issuer: identity.issuer, subject: identity.subject };
  await recordEvent(session, { ...nowhere, type: 'user.link', at, actor: by, detail });
  return ownerOf(session, link);
}

/** False if the identity is somebody's. */
async function claimIdentity(
  { db }: Session,
  { identity, userId, at }: Input<'linkIdentity'>,
): Promise<boolean> {
  const row = await db
    .insertInto('user_identities')
    .values({ issuer: identity.issuer, subject: identity.subject, user_id: userId, created_at: at })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

async function ownerOf(
  { db }: Session,
  { identity }: Pick<Input<'linkIdentity'>, 'identity'>,
): Promise<User> {
  const user = await userOfIdentity(db, identity);
  if (user === undefined) throw new Error('an identity that was just stored is not there');
  return user;
}
