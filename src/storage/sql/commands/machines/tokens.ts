import type { NewMachineToken } from '../../../../accounts/index.ts';
import { Fault } from '../../../../kernel/light/index.ts';
import type { VersionState } from '../../../../registry/index.ts';
import { lockRows, type Session } from '../../capabilities.ts';
import { Abandon } from '../abandon.ts';
import { recordEvent } from '../record.ts';

export async function issueMachineToken(
  session: Session,
  token: NewMachineToken,
): Promise<'issued' | 'replayed' | 'changed'> {
  const { db } = session;
  await forgetExpired(session, token.at);
  if (token.seen !== null) {
    const first = await db
      .insertInto('used_identity_tokens')
      .values({ hash: token.seen, expires_at: token.seenUntil })
      .onConflict((conflict) => conflict.doNothing())
      .returning('hash')
      .executeTakeFirst();
    if (first === undefined) throw new Abandon('replayed');
  }
  const row = await db
    .insertInto('machine_tokens')
    .values({
      hash: token.hash,
      label: token.label,
      claims: JSON.stringify(token.claims),
      created_at: token.at,
      expires_at: token.expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const { id, lastingId } of token.trust) {
    const rule = await lockRows(
      session,
      db.selectFrom('trusted_publishers').select('lasting_id').where('id', '=', id),
    ).executeTakeFirst();
    if (rule === undefined || (rule.lasting_id !== null && rule.lasting_id !== lastingId)) {
      throw new Abandon('changed');
    }
    if (rule.lasting_id === null && lastingId !== null) {
      await db
        .updateTable('trusted_publishers')
        .set({ lasting_id: lastingId })
        .where('id', '=', id)
        .execute();
    }
    await db.insertInto('machine_grants').values({ token_id: row.id, trust_id: id }).execute();
  }
  for (const event of token.events) await recordEvent(session, event);
  return 'issued';
}

async function forgetExpired({ db }: Session, now: number): Promise<void> {
  await db.deleteFrom('used_identity_tokens').where('expires_at', '<=', now).execute();
  const expired = db.selectFrom('machine_tokens').select('id').where('expires_at', '<=', now);
  await db.deleteFrom('machine_grants').where('token_id', 'in', expired).execute();
  await db.deleteFrom('machine_tokens').where('expires_at', '<=', now).execute();
}

/** Fault `not_trusted` unless the rule still lets a machine add a version of this state to the package, which is locked. */
export async function assertTrusted(
  { db }: Session,
  packageId: number,
  name: string,
  trustId: string,
  state: VersionState,
): Promise<void> {
  const rule = await db
    .selectFrom('trusted_publishers')
    .select('permissions')
    .where('id', '=', trustId)
    .where('package_id', '=', packageId)
    .executeTakeFirst();
  const needed = state === 'published' ? 'createPackage' : 'createStagedPackage';
  if (rule?.permissions.split(',').includes(needed) === true) return;
  throw new Fault('not_trusted', `The trusted publisher of ${name} may not do this any more.`);
}
