import type { Session } from '../capabilities.ts';
import { evictVersions } from './upstream-cache.ts';

/** As `evictVersions`, whenever they were used last; answers the keys that nothing needs any more. */
export async function evictAll(session: Session, ids: number[], at: number): Promise<string[]> {
  const versions = ids.map((versionId) => ({ versionId, bytes: 0, usedAt: Number.MAX_SAFE_INTEGER }));
  return (await evictVersions(session, { versions, at })).keys;
}
