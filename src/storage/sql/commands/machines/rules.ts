import { Fault } from '../../../../kernel/light/index.ts';
import type { AddTrustCommand, RemoveTrustCommand, TrustedOnlyCommand } from '../../../../registry/index.ts';
import type { Session } from '../../capabilities.ts';
import { lockFor } from '../packages.ts';
import { recordEvent } from '../record.ts';

export async function addTrust(session: Session, command: AddTrustCommand): Promise<void> {
  const { db } = session;
  const head = await lockFor(session, command, 'manage');
  const { rule } = command;
  const { count } = await db
    .selectFrom('trusted_publishers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('package_id', '=', head.id)
    .executeTakeFirstOrThrow();
  if (count + 1 > command.most) {
    throw new Fault(
      'trust_invalid',
      `${command.name} has ${command.most} trusted publishers, which is the most there may be: remove one first.`,
    );
  }
  await db
    .insertInto('trusted_publishers')
    .values({
      id: command.id,
      package_id: head.id,
      type: rule.type,
      issuer: rule.issuer,
      audience: rule.audience,
      claims: JSON.stringify(rule.claims),
      permissions: rule.permissions.join(','),
      lasting_id: null,
      created_at: command.at,
      created_by: command.event.actor.name,
    })
    .execute();
  await recordEvent(session, command.event);
}

/** Tokens that were issued by the rule lose what it gave them in the same moment. */
export async function removeTrust(session: Session, command: RemoveTrustCommand): Promise<void> {
  const { db } = session;
  const head = await lockFor(session, command, 'manage');
  const ours = db
    .selectFrom('trusted_publishers')
    .select('id')
    .where('id', '=', command.id)
    .where('package_id', '=', head.id);
  await db.deleteFrom('machine_grants').where('trust_id', 'in', ours).execute();
  const gone = await db
    .deleteFrom('trusted_publishers')
    .where('id', '=', command.id)
    .where('package_id', '=', head.id)
    .returning('id')
    .executeTakeFirst();
  if (gone === undefined) {
    throw new Fault('not_found', `${command.name} has no trusted publisher with this id (any more).`);
  }
  await recordEvent(session, command.event);
}

export async function setTrustedOnly(session: Session, command: TrustedOnlyCommand): Promise<void> {
  const { db } = session;
  const head = await lockFor(session, command, 'manage');
  await db
    .updateTable('packages')
    .set({ trusted_only: command.trustedOnly ? 1 : 0 })
    .where('id', '=', head.id)
    .execute();
  await recordEvent(session, command.event);
}
