import { aboutPackage, newestVersion, type About } from '../../formats/npm/index.ts';
import type { ListedPackage, PreviewRow } from '../../registry/index.ts';

/** A version as Pantry's own server kept it: protocols/pantry 2. */
export interface VersionRecord {
  version: string;
  tarballUrl: string;
  /** `sha256:` and hex. */
  checksum: string;
  /** ISO 8601. */
  publishedAt: string;
  /** Bytes. */
  size: number;
}

export interface PackageRecord extends About {
  name: string;
  versions: Record<string, VersionRecord>;
  latestVersion: string;
  createdAt: string;
  updatedAt: string;
  totalDownloads: number;
  publishedBy?: string;
}

/** `base` is the public URL of the server, at whose root Pantry's paths are. */
export function packageRecord(one: ListedPackage, base: string): PackageRecord {
  const { name, latest } = one;
  const versions = one.versions.map(({ version, publishedAt, sha256, size }): [string, VersionRecord] => [
    version,
    {
      version,
      tarballUrl: `${base}/packages/${encodeURIComponent(name)}/${version}/tarball`,
      checksum: `sha256:${sha256}`,
      publishedAt: time(publishedAt),
      size,
    },
  ]);
  const newest = latest?.version ?? newestVersion(one.versions.map(({ version }) => version)) ?? '';
  return {
    name,
    ...(latest && aboutPackage(JSON.parse(latest.manifest))),
    versions: Object.fromEntries(versions),
    latestVersion: newest,
    createdAt: time(one.createdAt),
    updatedAt: time(one.updatedAt),
    totalDownloads: one.downloads,
    ...(latest && latest.publishedBy !== null && { publishedBy: latest.publishedBy }),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

/** A package of a commit, likewise: protocols/pantry 3. */
export interface CommitRecord {
  name: string;
  sha: string;
  tarballUrl: string;
  checksum: string;
  publishedAt: string;
  repository?: string;
  packageDir?: string;
  version?: string;
  size: number;
  publishedBy?: string;
}

export function commitRecord(preview: PreviewRow, base: string): CommitRecord {
  const { name, sha, repository, packageDir, version, publishedBy } = preview;
  return {
    name,
    sha,
    tarballUrl: `${base}/commits/${sha}/${encodeURIComponent(name)}/tarball`,
    checksum: `sha256:${preview.sha256}`,
    publishedAt: time(preview.publishedAt),
    ...(repository !== null && { repository }),
    ...(packageDir !== null && { packageDir }),
    ...(version !== null && { version }),
    size: preview.size,
    ...(publishedBy !== null && { publishedBy }),
  };
}
