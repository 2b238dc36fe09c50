/**
 * One path for each package, however a client spelt it: npm and yarn write `/@acme%2fdemo`, pnpm `/@acme%2Fdemo`, browsers
 * and unpublish `/@acme/demo`, and `@` may come as `%40`. The path stays percent-encoded; a scope's slash becomes `%2f`.
 */
export function canonicalPath(path: string): string {
  if (!path.includes('@') && !path.includes('%40')) return path;
  return path
    .replace(/(^|\/)%40/g, '$1@')
    .replace(
      /(^|\/)(@[^/]+)/g,
      (_match, slash: string, segment: string) => slash + segment.replace(/%2F/g, '%2f'),
    )
    .replace(/(^|\/)(@(?:(?!%2f)[^/])+)\/(?!-\/)/g, '$1$2%2f');
}
