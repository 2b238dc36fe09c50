import { dependencySnippet, fetchCommand } from '../../formats/zig/index.ts';
import { isoTime } from '../../kernel/index.ts';
import type { VersionRow } from '../../registry/index.ts';
import type { StoredRelease } from './stored-release.ts';

export function releaseOf({ manifest }: Pick<VersionRow, 'manifest'>): StoredRelease {
  return JSON.parse(manifest) as StoredRelease;
}

/** Name under which an archive is stored and saved. */
export function archiveName({ name, version }: Pick<StoredRelease, 'name' | 'version'>): string {
  return `${name}-${version}.tar.gz`;
}

/** `+` stays as it is: in a path it means itself. */
export function tarballUrl(base: string, { name, version }: Pick<StoredRelease, 'name' | 'version'>): string {
  return `${base}/packages/${name}/${version}/tarball`;
}

/** What somebody needs who wants to depend on a version: protocols/pantry 4. */
export function usageShape(base: string, release: StoredRelease) {
  const url = tarballUrl(base, release);
  const { identifier, hash, legacyHash, modernHash, hasManifest } = release;
  return {
    hash,
    legacyHash,
    modernHash,
    tarballUrl: url,
    // Nothing in its archive tells the compiler what to call it.
    fetchCommand: fetchCommand(url, hasManifest ? undefined : identifier),
    dependency: dependencySnippet(identifier, url, hash),
  };
}

/** A version with everything that is known of it. */
export function recordShape(base: string, row: VersionRow) {
  const release = releaseOf(row);
  const { name, version, fingerprint, minimum_zig_version, description, paths } = release;
  const [artifact] = row.artifacts;
  return {
    name,
    version,
    fingerprint,
    minimum_zig_version,
    description,
    paths,
    ...usageShape(base, release),
    ...(artifact && { checksum: `sha256:${artifact.sha256}`, size: artifact.size }),
    publishedAt: isoTime(row.publishedAt),
  };
}
