const LEGACY = /^1220([0-9a-f]{50})[0-9a-f]{14}$/;
const MODERN = /^[^-/]{1,32}-[^/]{1,32}-([\w-]{44})$/;

/** The part of a hash that both its forms have: the digest's first 25 bytes in hex. Undefined for what is no hash. */
export function contentOf(text: string): string | undefined {
  const tail = MODERN.exec(text)?.[1];
  return LEGACY.exec(text)?.[1] ?? (tail && Buffer.from(tail, 'base64url').toString('hex', 8));
}

/** True for two hashes of one content, in either form. */
export function isSameContent(one: string, other: string): boolean {
  const content = contentOf(one);
  return content !== undefined && content === contentOf(other);
}
