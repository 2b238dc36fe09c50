/**
 * Which files of a package `paths` of its manifest keeps. Paths are strings of bytes, one character a byte, below the
 * package's root and separated by `/`.
 */
export class IncludedPaths {
  /** Null keeps everything. */
  readonly #listed: ReadonlySet<string> | null;

  /** @param paths as the manifest lists them; null if it lists none. */
  constructor(paths: readonly string[] | null) {
    const listed = new Set((paths ?? ['']).map(resolved));
    this.#listed = listed.has('') ? null : listed;
  }

  /** True if the path or a folder above it is listed. Nothing is a pattern, and capitals matter. */
  has(path: string): boolean {
    if (this.#listed === null || this.#listed.has(path)) return true;
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      if (this.#listed.has(path.slice(0, slash))) return true;
    }
    return false;
  }
}

/** Without `.`, doubled slashes and inner `..`; `''` is the root. What leaves the root stays as it is and fits nothing. */
function resolved(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else segments.push(segment);
  }
  return path.startsWith('/') ? `/${segments.join('/')}` : segments.join('/');
}
