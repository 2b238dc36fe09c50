import type { SecondFactorStore } from '../../../../accounts/index.ts';
import type { Session } from '../../capabilities.ts';

type Input<N extends keyof SecondFactorStore> = Parameters<SecondFactorStore[N]>[0];

export async function startPrompt({ db }: Session, prompt: Input<'startPrompt'>): Promise<void> {
  const { userId, at, most } = prompt;
  await db.deleteFrom('factor_prompts').where('expires_at', '<=', at).execute();
  await db
    .insertInto('factor_prompts')
    .values({
      user_id: userId,
      purpose: prompt.purpose,
      page_hash: prompt.pageHash,
      done_hash: prompt.doneHash,
      pass_hash: null,
      passed_at: prompt.passed ? at : null,
      expires_at: prompt.expiresAt,
    })
    .execute();
  // Every refused write of a client begins one.
  const surplus = db
    .selectFrom('factor_prompts')
    .select('id')
    .where('user_id', '=', userId)
    .where('purpose', '=', prompt.purpose)
    .orderBy('id', 'desc')
    .offset(most)
    .limit(1000);
  await db.deleteFrom('factor_prompts').where('id', 'in', surplus).execute();
}

export async function passPrompt(
  { db }: Session,
  { pageHash, at, expiresAt }: Input<'passPrompt'>,
): Promise<boolean> {
  const row = await db
    .updateTable('factor_prompts')
    .set({ passed_at: at, expires_at: expiresAt })
    .where('page_hash', '=', pageHash)
    .where('passed_at', 'is', null)
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function redeemPrompt(
  { db }: Session,
  { doneHash, passHash, at, expiresAt }: Input<'redeemPrompt'>,
): Promise<boolean> {
  const row = await db
    .updateTable('factor_prompts')
    .set({ page_hash: null, done_hash: null, pass_hash: passHash, expires_at: expiresAt })
    .where('done_hash', '=', doneHash)
    .where('passed_at', 'is not', null)
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function usePass({ db }: Session, { userId, passHash, at }: Input<'usePass'>): Promise<boolean> {
  const row = await db
    .deleteFrom('factor_prompts')
    .where('pass_hash', '=', passHash)
    .where('user_id', '=', userId)
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
