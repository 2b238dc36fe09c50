import type { UpstreamResponse } from '../client.ts';
import type { DocumentHead } from './store.ts';

/** Headers of a request. */
export type Validators = Record<string, string>;

/** What asks for a document only if it is another one (RFC 9110 section 13.1). */
export function validatorsOf(stored: DocumentHead | undefined): Validators {
  if (stored?.status !== 'found') return {};
  if (stored.upstreamEtag !== null) return { 'if-none-match': stored.upstreamEtag };
  return stored.lastModified === null ? {} : { 'if-modified-since': stored.lastModified };
}

/**
 * True for an answer that cannot be right: "not modified" to who asked without a condition, or about another document than ours
 * (RFC 9110 section 15.4.5: a 304 names what would have been sent), and a document from before ours.
 */
export function contradicts(
  { status, header }: Pick<UpstreamResponse, 'status' | 'header'>,
  stored: DocumentHead | undefined,
  validators: Validators,
): boolean {
  const [etag, date] = [header('etag'), header('last-modified')];
  const [ours, before] = [stored?.upstreamEtag ?? null, timeOf(stored?.lastModified ?? null)];
  if (status === 200) return timeOf(date) < before;
  if (status !== 304) return false;
  if (Object.keys(validators).length === 0) return true;
  if (etag !== null && ours !== null) return opaque(etag) !== opaque(ours);
  return timeOf(date) < before || timeOf(date) > before;
}

/** Milliseconds; NaN, which is neither before nor after anything, for what is no date. */
function timeOf(date: string | null): number {
  return date === null ? Number.NaN : Date.parse(date);
}

/** RFC 9110 section 8.8.3.2, the weak comparison: proxies that compress weaken the tags that they pass on. */
function opaque(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}
