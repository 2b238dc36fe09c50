import type { NewUser, User } from '../../../accounts/index.ts';
import { lookalikeOf } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { Session } from '../capabilities.ts';
import { nowhere, recordEvent } from './record.ts';
import { putVerifiedEmail } from './verified-emails.ts';

export async function createUser(session: Session, user: NewUser): Promise<User> {
  const row = await session.db
    .insertInto('users')
    .values({
      name: user.name,
      name_key: user.name.toLowerCase(),
      email: user.email,
      role: user.role,
      password_hash: user.passwordHash,
      created_at: user.at,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.column('name_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined)
    throw new Fault('user_exists', `The user name ${user.name} is taken; choose another.`);
  const { id: userId } = row;
  await claimName(session, user.name, userId);
  const vouchedFor = user.emailVerified === true ? user.email : null;
  if (vouchedFor !== null && !(await putVerifiedEmail(session, { userId, email: vouchedFor, at: user.at }))) {
    throw new Fault('email_taken', 'This e-mail address is the verified address of another user.');
  }
  await recordEvent(session, {
    ...nowhere,
    type: 'user.create',
    at: user.at,
    actor: user.by,
    detail: { user: user.name, userId: row.id, role: user.role },
  });
  const { name, email, role, at } = user;
  return { id: row.id, name, email, role, createdAt: at, disabledAt: null };
}

/** Users and organisations share one namespace. */
async function claimName({ db }: Session, name: string, userId: number): Promise<void> {
  const claimed = await db
    .insertInto('account_names')
    .values({
      name_key: name.toLowerCase(),
      lookalike: lookalikeOf(name),
      user_id: userId,
      organisation_id: null,
    })
    .onConflict((conflict) => conflict.column('name_key').doNothing())
    .returning('name_key')
    .executeTakeFirst();
  if (claimed === undefined) throw new Fault('user_exists', `The name ${name} is taken; choose another.`);
}
