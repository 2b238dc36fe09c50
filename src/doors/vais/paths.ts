import { isVaisName } from '../../formats/vais/index.ts';

/** First segments that Vais clients alone ask for at the root of a server: protocols/vais 2. No registry is called so. */
const OWN: ReadonlySet<string> = new Set(['index.json', 'auth', 'categories', 'popular', 'recent', 'users']);
/** Those that others ask for as well. */
const SHARED: ReadonlySet<string> = new Set(['packages', 'search']);
/** What of packages is nobody else's; their names have no scope, which others' have. */
const OWN_OF_PACKAGES =
  /^\/packages\/[\w-]+\/(?:index\.json|owners(?:\/[^/]+)?|[^/@]+\.tar\.gz|[^/]+\/(?:yank|unyank))$/;
/** To read it is to ask for the package of this name. */
const PUBLISH = '/packages/publish';
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The paths that Vais clients know, at the root and below `/api/v1`. */
export function takesAtRoot(path: string, method: string): 'alone' | 'shared' | undefined {
  const [, first = '', second = ''] = path.split('/', 3);
  if (OWN.has(first) || (first === 'api' && second === 'v1') || OWN_OF_PACKAGES.test(path)) return 'alone';
  if (path === PUBLISH && !READS.has(method)) return 'alone';
  return SHARED.has(first) ? 'shared' : undefined;
}

/** The package that a shared path is about. */
export function nameIn(path: string): string | undefined {
  const [, word, name = ''] = path.split('/', 3);
  return word === 'packages' && isVaisName(name) ? name : undefined;
}
