import type { VaisRelease } from '../../formats/vais/index.ts';
import { isoTime } from '../../kernel/index.ts';
import type { VersionRow } from '../../registry/index.ts';

export function storedRelease({ manifest }: Pick<VersionRow, 'manifest'>): VaisRelease {
  return JSON.parse(manifest) as VaisRelease;
}

/** Name under which an archive is stored and saved. */
export function archiveName(name: string, version: string): string {
  return `${name}-${version}.tar.gz`;
}

/** Absolute; `+` stays as it is, for in a path it means itself. */
export function archiveUrl(base: string, name: string, version: string): string {
  return `${base}/packages/${name}/${version}.tar.gz`;
}

/** What everybody gets to know of one version: protocols/vais 2, with null for what was not said. */
export function versionShape(base: string, row: VersionRow, downloads: number) {
  const { name, version, description, license, authors, dependencies } = storedRelease(row);
  const { checksum, size, yanked, created_at } = stateOf(row);
  return {
    name,
    version,
    description: description ?? null,
    license: license ?? null,
    authors,
    checksum,
    size,
    yanked,
    downloads,
    created_at,
    dependencies,
    download_url: archiveUrl(base, name, version),
  };
}

/** A version in the list of its package's. */
export function listedVersion(row: VersionRow, downloads: number) {
  const { checksum, size, yanked, created_at } = stateOf(row);
  const { dependencies } = storedRelease(row);
  return { version: row.version, checksum, size, yanked, downloads, created_at, dependencies };
}

function stateOf({ artifacts: [artifact], yankedAt, publishedAt }: VersionRow) {
  return {
    checksum: artifact?.sha256 ?? '',
    size: artifact?.size ?? 0,
    yanked: yankedAt !== null,
    created_at: isoTime(publishedAt),
  };
}

/** What the version that speaks for a package says of it, as the document on the package begins: protocols/vais 2. */
export function aboutPackage(release: VaisRelease) {
  return {
    name: release.name,
    description: release.description ?? null,
    homepage: release.homepage ?? null,
    repository: release.repository ?? null,
    documentation: release.documentation ?? null,
    license: release.license ?? null,
    keywords: release.keywords,
    categories: release.categories,
  };
}
