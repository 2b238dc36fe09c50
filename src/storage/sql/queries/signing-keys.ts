import type { Kysely } from 'kysely';
import type { SigningKeyRow } from '../../../registry/index.ts';
import type { Schema } from '../schema/index.ts';

export async function listSigningKeys(db: Kysely<Schema>, purpose: string): Promise<SigningKeyRow[]> {
  const rows = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('purpose', '=', purpose)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    purpose: row.purpose,
    keyId: row.key_id,
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));
}
