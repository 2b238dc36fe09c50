import type { SigningKeyRow } from '../../../registry/index.ts';
import type { Session } from '../capabilities.ts';

/** Makes this the current key of its purpose unless there is one; either way, returns the current one. */
export async function adoptSigningKey({ db }: Session, key: SigningKeyRow): Promise<SigningKeyRow> {
  await db
    .insertInto('signing_keys')
    .values({
      purpose: key.purpose,
      current_for: key.purpose,
      key_id: key.keyId,
      public_key: key.publicKey,
      private_key: key.privateKey,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    })
    .onConflict((conflict) => conflict.column('current_for').doNothing())
    .execute();
  const row = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('current_for', '=', key.purpose)
    .executeTakeFirstOrThrow();
  return {
    purpose: row.purpose,
    keyId: row.key_id,
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
