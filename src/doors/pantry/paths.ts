import { isReservedName } from '../../registry/index.ts';
import { isPreviewPath, ownerIn } from './preview-address.ts';

/** First segments of what Pantry's clients ask for at the root of a server: protocols/pantry 2, 3 and 5. No registry is called so. */
const ROOT_WORDS: ReadonlySet<string> = new Set(['packages', 'publish', 'search', 'analytics', 'commits']);

/** Where the addresses of previews are routed to, percent-encoded once more as one segment. No owner is called so. */
export const PREVIEW_PREFIX = '/~/';

/** First segments of those that other registries' clients ask for as well. */
const SHARED: ReadonlySet<string> = new Set(['packages', 'search']);
/** What begins so and is of this door alone; nobody else has names with a scope. */
const OWN_OF_PACKAGES = /^\/packages\/(?:@|%40|[^/]+\/(?:versions|[^/]+\/tarball)$)/;

/** The paths that Pantry's clients know (`/packages/demo`, `/analytics`), and addresses of previews (`/demo@1a2b3c4`). */
export function takesAtRoot(path: string): 'alone' | 'shared' | undefined {
  const word = firstSegment(path);
  if (ROOT_WORDS.has(word)) {
    return SHARED.has(word) && !OWN_OF_PACKAGES.test(path) ? 'shared' : 'alone';
  }
  return isPreviewPath(path) && !isReservedName(ownerIn(path) ?? '') ? 'alone' : undefined;
}

/**
 * One path for each package, whether the slash of its scope came as it is or percent-encoded: `/packages/@acme/demo` and
 * `/packages/%40acme%2Fdemo` become `/packages/@acme%2fdemo`. Tarballs of commits may end with `.tgz`: yarn 4 takes no other address for a
 * package's.
 */
export function canonicalPath(asked: string): string {
  const path = asked.startsWith('/commits/') ? asked.replace(/\/tarball\.tgz$/, '/tarball') : asked;
  if (!path.includes('@') && !path.includes('%40')) return path;
  // As it came, so that the route can say what is wrong with it. The slashes of a branch are no segments.
  if (!ROOT_WORDS.has(firstSegment(path)) && isPreviewPath(path)) {
    return `${PREVIEW_PREFIX}${encodeURIComponent(path.slice(1))}`;
  }
  return path
    .replace(/(^|\/)%40/g, '$1@')
    .replace(/%2F/g, '%2f')
    .replace(/(^|\/)(@(?:(?!%2f)[^/])+)\//g, '$1$2%2f');
}

/** The package that a path without a scope is about. */
export function nameIn(path: string): string | undefined {
  const [, word, name = ''] = path.split('/', 3);
  return word === 'packages' && name !== '' && !name.includes('%') ? name : undefined;
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}
