/** Our element of a `Via` header (RFC 9110 section 7.6.3), by which we know our own requests again. */
export function viaOf(storeId: string): string {
  return `1.1 ${pseudonym(storeId)}`;
}

/**
 * True if a request with this `Via` header has passed through the Kontor with this store: answering it from upstream
 * would go round in a circle.
 */
export function isOwnVia(header: string | string[] | undefined, storeId: string): boolean {
  if (header === undefined) return false;
  const own = pseudonym(storeId).toLowerCase();
  return [header]
    .flat()
    .flatMap((line) => line.split(','))
    .some((element) => element.trim().split(/\s+/)[1]?.toLowerCase() === own);
}

function pseudonym(storeId: string): string {
  return `kontor-${storeId}`;
}
