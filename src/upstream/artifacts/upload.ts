import type { Digests } from '../../kernel/index.ts';
import { theServer } from '../../ledger/index.ts';
import type { RegistryRow, RemoteRelease, VersionUpload } from '../../registry/index.ts';

/** A whole file, verified and staged, with what it is. */
export interface Received {
  registry: RegistryRow;
  name: string;
  file: string;
  release: RemoteRelease;
  staged: VersionUpload['artifacts'][number]['staged'];
  digests: Digests;
  /** Base URL of the upstream. */
  upstream: URL;
  /** Milliseconds. */
  at: number;
}

/** The file as a version of origin `upstream`. */
export function uploadOf(received: Received): VersionUpload {
  const { registry, name, file, release, staged, digests, upstream, at } = received;
  const { sha256, sha1, sha512, size } = digests;
  return {
    registry: registry.name,
    registryId: registry.id,
    name,
    origin: 'upstream',
    version: release.version,
    versionKey: release.versionKey,
    manifest: release.manifest,
    summary: release.summary,
    readme: null,
    artifacts: [{ row: { file, sha256, sha1, sha512, size, facts: release.facts }, staged }],
    tags: [],
    fallbackTag: null,
    searchText: { description: '', keywords: [] },
    deprecated: null,
    visibility: null,
    attestation: null,
    publisherId: null,
    overrideOwnership: false,
    upstreamTime: release.time,
    upstream: upstream.href,
    at,
    event: {
      type: 'package.pull',
      at,
      actor: theServer,
      registry: registry.name,
      package: name,
      version: release.version,
      detail: { file, sha256, size, upstream: upstream.origin },
    },
  };
}
