import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { SearchQuery } from '../../../registry/index.ts';

/** Condition on `packages`: here, and the reader may know of it. Applied before anything is counted or paged. */
export function isVisible(readerId: SearchQuery['readerId']): RawBuilder<SqlBool> {
  const here = sql<SqlBool>`packages.origin = 'local' and packages.removed_at is null`;
  if (readerId === 'all') return here;
  const open = sql<SqlBool>`packages.visibility = 'public'`;
  if (readerId === null) return sql`${here} and ${open}`;
  return sql`${here} and (${open} or exists (
    select 1 from owners where owners.package_id = packages.id and owners.user_id = ${readerId}))`;
}
