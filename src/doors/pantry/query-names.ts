/** What no name has: names of packages are URL-safe, and `@` and `/` are those of a scope. */
const BETWEEN = /[^\p{L}\p{N}@/._~!'()*-]+/u;
/** What a name may have, but people write around one. */
const AROUND = /^[.!'()*~-]+|[.!'()*~-]+$/g;

/**
 * What of a query an upstream must not be told if it is ours: each word as a name, as it stands and without what may be written around
 * it, and the scopes. `acme-secret,react`, `"acme-secret"` and `keywords:acme-secret` all name acme-secret.
 */
export function namesIn(query: string): string[] {
  const words = query
    .toLowerCase()
    .split(BETWEEN)
    .flatMap((word) => [word, word.replaceAll(AROUND, '')].concat(word.split(/[@/'()*!]+/)))
    .filter((word) => word !== '');
  const scopes = query
    .toLowerCase()
    .matchAll(/@[\p{L}\p{N}._~-]+/gu)
    .map(([scope]) => `${scope}/-`);
  return [...new Set([...words, ...scopes])];
}
