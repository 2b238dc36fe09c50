import type { Actor } from '../../../ledger/index.ts';
import type { Session } from '../capabilities.ts';
import { dropRestrictedOf } from './previews/index.ts';

/** Rows that are about a user and nothing without them; what they published and did stays. */
const OWN_ROWS = [
  'factor_prompts',
  'known_networks',
  'organisation_invitations',
  'organisation_members',
  'passkey_challenges',
  'passkeys',
  'recovery_codes',
  'registry_members',
  'second_factors',
  'secret_links',
  'sessions',
  'stars',
  'team_members',
  'verified_emails',
  'web_logins',
] as const;

/** Takes away what a deleted user had, and ends their tokens, whose rows the record refers to. */
export async function forgetUser(
  session: Session,
  { userId, by, at }: { userId: number; by: Actor; at: number },
): Promise<void> {
  const { db } = session;
  // Documents say who has starred a package.
  await db
    .updateTable('packages')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .where('id', 'in', db.selectFrom('stars').select('package_id').where('user_id', '=', userId))
    .execute();
  for (const table of OWN_ROWS) await db.deleteFrom(table).where('user_id', '=', userId).execute();
  await dropRestrictedOf(session, { userId, by, at });
  await db.deleteFrom('package_transfers').where('to_user_id', '=', userId).execute();
  await db
    .updateTable('tokens')
    .set({ revoked_at: at })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute();
}
