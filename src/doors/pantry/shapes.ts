/** Where Pantry's clients fetch the archive of a version. */
export function tarballUrl(base: string, name: string, version: string): string {
  return `${base}/packages/${encodeURIComponent(name)}/${version}/tarball`;
}
