/** First segments of what Pantry's clients ask for at the root of a server: protocols/pantry 2, 3 and 5. No registry is called so. */
const ROOT_WORDS: ReadonlySet<string> = new Set(['packages', 'publish', 'search', 'analytics', 'commits']);

/** True for the paths that Pantry's clients know: `/packages/demo`, `/analytics`. */
export function takesAtRoot(path: string): boolean {
  const [, first = ''] = path.split('/', 2);
  return ROOT_WORDS.has(first);
}

/**
 * One path for each package, whether the slash of its scope came as it is or percent-encoded: `/packages/@acme/demo` and
 * `/packages/%40acme%2Fdemo` become `/packages/@acme%2fdemo`.
 */
export function canonicalPath(path: string): string {
  if (!path.includes('@') && !path.includes('%40')) return path;
  return path
    .replace(/(^|\/)%40/g, '$1@')
    .replace(/%2F/g, '%2f')
    .replace(/(^|\/)(@(?:(?!%2f)[^/])+)\//g, '$1$2%2f');
}
