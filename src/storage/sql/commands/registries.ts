import type { AccountCommand } from '../../../accounts/index.ts';
import { atLeast } from '../../../accounts/light/index.ts';
import { Fault } from '../../../kernel/light/index.ts';
import type { Actor } from '../../../ledger/index.ts';
import type { RegistryChange, RegistryRow, RegistrySettings } from '../../../registry/index.ts';
import { isCounted } from '../../../registry/light/index.ts';
import { lockRows, type Session } from '../capabilities.ts';
import { registryById, registryRole } from '../queries/registries.ts';
import { recordEvent } from './record.ts';

export interface CreateRegistry {
  name: string;
  format: string;
  at: number;
  by: Actor;
  settings: RegistryChange;
}

export async function createRegistry(
  session: Session,
  { name, format, at, by, settings }: CreateRegistry,
): Promise<RegistryRow> {
  const row = await session.db
    .insertInto('registries')
    .values({ name, format, created_at: at, ...columns(settings) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw new Fault('registry_exists', `There is a registry called ${name} already.`);
  if (isCounted(format)) {
    await session.db.insertInto('registry_revisions').values({ registry_id: row.id, revision: 0 }).execute();
  }
  await recordRegistry(session, { by, at }, name, 'registry.create', { format, ...settings });
  return registryById(session.db, row.id);
}

type Input<Method extends keyof RegistrySettings> = Parameters<RegistrySettings[Method]>[0];

export async function changeRegistry(session: Session, command: Input<'change'>): Promise<RegistryRow> {
  const { registryId, change } = command;
  const name = await lockRegistry(session, command, registryId);
  const set = columns(change);
  if (Object.keys(set).length > 0) {
    await session.db.updateTable('registries').set(set).where('id', '=', registryId).execute();
    await recordRegistry(session, command, name, 'registry.change', { ...change });
  }
  return registryById(session.db, registryId);
}

export async function setRegistryMember(session: Session, command: Input<'setMember'>): Promise<void> {
  const { db } = session;
  const { registryId, userId, role, at } = command;
  const name = await lockRegistry(session, command, registryId);
  if (role === null) {
    await db
      .deleteFrom('registry_members')
      .where('registry_id', '=', registryId)
      .where('user_id', '=', userId)
      .execute();
  } else {
    await db
      .insertInto('registry_members')
      .values({ registry_id: registryId, user_id: userId, role, since: at })
      .onConflict((conflict) => conflict.columns(['registry_id', 'user_id']).doUpdateSet({ role }))
      .execute();
  }
  const user = await db.selectFrom('users').select('name').where('id', '=', userId).executeTakeFirstOrThrow();
  await recordRegistry(session, command, name, 'registry.member', { user: user.name, role });
}

/** Answers the registry's name. Fault `forbidden` unless the actor owns it or is an administrator. */
async function lockRegistry(
  session: Session,
  { by, administrator }: AccountCommand,
  registryId: number,
): Promise<string> {
  const row = await lockRows(
    session,
    session.db.selectFrom('registries').select('name').where('id', '=', registryId),
  ).executeTakeFirst();
  if (row === undefined) throw new Fault('registry_not_found', 'There is no such registry (any more).');
  const role = by.userId === null ? null : await registryRole(session.db, registryId, by.userId);
  if (administrator || atLeast(role, 'owner')) return row.name;
  throw new Fault('forbidden', `Only owners of the registry ${row.name} and administrators may change it.`);
}

function columns({ visibility, publish, organisationId }: RegistryChange) {
  return {
    ...(visibility !== undefined && { visibility }),
    ...(publish !== undefined && { publish }),
    ...(organisationId !== undefined && { organisation_id: organisationId }),
  };
}

async function recordRegistry(
  session: Session,
  { by, at }: Pick<AccountCommand, 'by' | 'at'>,
  registry: string,
  type: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordEvent(session, { type, at, actor: by, registry, package: null, version: null, detail });
}

/**
 * To be called in every command that changes what a registry lets in (upstreams, claims, blocks, advisories): all replicas judge
 * anew from their next request on. Null: every registry.
 */
export async function raisePolicy({ db }: Session, registryId: number | null): Promise<void> {
  await db
    .updateTable('registries')
    .set((eb) => ({ policy_revision: eb('policy_revision', '+', 1) }))
    .$if(registryId !== null, (query) => query.where('id', '=', registryId ?? 0))
    .execute();
}
