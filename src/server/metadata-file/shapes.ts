import { tarballUrl } from '../../doors/pantry/index.ts';
import { aboutPackage, newestVersion, type About } from '../../formats/npm/index.ts';
import { isoTime } from '../../kernel/index.ts';
import type { ListedPackage } from '../../registry/index.ts';

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
      tarballUrl: tarballUrl(base, name, version),
      checksum: `sha256:${sha256}`,
      publishedAt: isoTime(publishedAt),
      size,
    },
  ]);
  const newest = latest?.version ?? newestVersion(one.versions.map(({ version }) => version)) ?? '';
  return {
    name,
    ...(latest && aboutPackage(JSON.parse(latest.manifest))),
    versions: Object.fromEntries(versions),
    latestVersion: newest,
    createdAt: isoTime(one.createdAt),
    updatedAt: isoTime(one.updatedAt),
    totalDownloads: one.downloads,
    ...(latest && latest.publishedBy !== null && { publishedBy: latest.publishedBy }),
  };
}
