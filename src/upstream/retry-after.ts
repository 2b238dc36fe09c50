/** An upstream that asks for more rest than this is tried again all the same, seconds. */
const LONGEST = 600;

/**
 * Seconds, whole, from 1 to 600, after which an upstream wants to be asked again, from its `Retry-After` (RFC 9110 section 10.2.3:
 * seconds or a date); undefined if it does not say.
 */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), LONGEST);
}
