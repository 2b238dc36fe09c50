import { newestVersion } from '../../../formats/npm/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import type { VanishedVersion } from '../../../registry/index.ts';
import { versionText } from './version-text.ts';

/** A stored version that is to stand in an upstream's document although the upstream lists it no longer. */
export interface KeptVersion {
  version: string;
  /** Its full manifest, JSON. */
  manifest: string;
  /** Name of its tarball. */
  file: string;
  /** When the upstream published it; null if it never told. */
  time: string | null;
}

export function keptVersion(row: VanishedVersion, name: string): KeptVersion {
  return {
    version: row.version,
    // Where the tarball is, is said when the document is rendered.
    manifest: versionText(row, name, 'full', '', undefined),
    file: row.artifacts[0]?.file ?? '',
    time: row.publishedAt === null ? null : isoTime(row.publishedAt),
  };
}

/** What kept versions are put into. */
export interface Packument {
  'dist-tags': Record<string, string>;
  versions: Record<string, Manifest>;
  time?: { modified?: unknown; [version: string]: unknown };
  [field: string]: unknown;
}

export interface Manifest {
  version: string;
  dist: { tarball: string; attestations?: object };
  [field: string]: unknown;
}

/** The document with the kept versions. Tags stay as they are; but there is a `latest`, which clients need, whatever is left. */
export function withKept(packument: Packument, kept: KeptVersion[]): Packument {
  if (kept.length === 0) return packument;
  const entries = kept.map(({ version, manifest, file }): [string, Manifest] => {
    const { dist, ...rest } = JSON.parse(manifest) as Manifest;
    return [version, { ...rest, dist: { ...dist, tarball: file } }];
  });
  const times = Object.fromEntries(
    kept.flatMap(({ version, time }) => (time === null ? [] : [[version, time]])),
  );
  const versions = { ...packument.versions, ...Object.fromEntries(entries) };
  const latest = newestVersion(Object.keys(versions));
  return {
    ...packument,
    'dist-tags': { ...(latest !== undefined && { latest }), ...packument['dist-tags'] },
    versions,
    time: { ...times, ...packument.time },
  };
}
