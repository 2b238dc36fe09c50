import { sql, type Kysely } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

/** Versions are found by what is in them, where clients name packages so. */
export async function contentHashes(db: Kysely<unknown>, { types: { text } }: Capabilities): Promise<void> {
  const statements = [
    `create table content_hashes (
      version_id bigint not null references versions (id), hash ${text} not null, primary key (version_id, hash))`,
    `create index content_hashes_by_hash on content_hashes (hash, version_id)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
