/**
 * True if an `If-None-Match` header names the given entity tag, so that 304 is the answer (RFC 9110 section 13.1.2; the
 * comparison is the weak one of section 8.8.3.2).
 */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .some((candidate) => candidate.trim() === '*' || opaque(candidate.trim()) === opaque(etag));
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '');
}
