/** First segments that Vais clients alone ask for at the root of a server: protocols/vais 2. No registry is called so. */
const OWN: ReadonlySet<string> = new Set(['index.json', 'auth', 'categories', 'popular', 'recent', 'users']);
/** Those that others ask for as well. */
const SHARED: ReadonlySet<string> = new Set(['packages', 'search']);
/** What of packages is nobody else's. */
const OWN_OF_PACKAGES =
  /^\/packages\/(?:publish|[^/]+\/index\.json|[^/]+\/owners(?:\/[^/]+)?|[^/]+\/[^/]+(?:\.tar\.gz|\/yank|\/unyank))$/;

/** The paths that Vais clients know, at the root and below `/api/v1`. */
export function takesAtRoot(path: string): 'alone' | 'shared' | undefined {
  const [, first = '', second = ''] = path.split('/', 3);
  if (OWN.has(first) || (first === 'api' && second === 'v1') || OWN_OF_PACKAGES.test(path)) return 'alone';
  return SHARED.has(first) ? 'shared' : undefined;
}
