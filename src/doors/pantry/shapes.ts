/** Where Pantry's clients fetch the archive of a version. */
export function tarballUrl(base: string, name: string, version: string): string {
  return `${base}/packages/${encodeURIComponent(name)}/${version}/tarball`;
}

/** A limit as clients know it: `50MB`, a MB having 1,048,576 bytes. */
export function megabytes(bytes: number): string {
  return `${Number((bytes / 1024 ** 2).toFixed(2))}MB`;
}
