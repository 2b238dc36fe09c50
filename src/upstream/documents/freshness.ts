import type { UpstreamSettings } from '../../registry/index.ts';
import type { DocumentHead } from './store.ts';

/** What the clocks of replicas may differ by, milliseconds. */
const SKEW = 60_000;

/**
 * Until when what was said is given without asking again, milliseconds; undefined if it is to be asked now. A check that lies in the
 * future was made by a clock that has been set back since: it counts for nothing, or the document would be fresh until then.
 */
export function freshUntil(
  { status, checkedAt, upstream }: DocumentHead,
  { freshness, missingFreshness }: Pick<UpstreamSettings, 'freshness' | 'missingFreshness'>,
  now: number,
): number | undefined {
  // From before there could be several, and without times of files.
  if (upstream === null) return undefined;
  const until = Math.min(checkedAt, now) + (status === 'found' ? freshness : missingFreshness);
  return checkedAt - now <= SKEW && now < until ? until : undefined;
}
