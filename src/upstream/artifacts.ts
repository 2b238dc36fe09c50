import { Fault, isFault, type Clock, type Digests } from '../kernel/index.ts';
import { theServer } from '../ledger/index.ts';
import {
  storeVersion,
  type Blobs,
  type Catalogue,
  type RegistryRow,
  type RemoteRelease,
  type StagedBlob,
  type VersionUpload,
} from '../registry/index.ts';
import type { UpstreamClient, UpstreamResponse } from './client.ts';
import { refusal } from './documents.ts';
import { expectationOf, IntegrityCheck } from './integrity.ts';

export interface ArtifactStores {
  catalogue: Catalogue;
  blobs: Blobs;
  clock: Clock;
  /** Larger files are refused, bytes. */
  maxTarballBytes: number;
}

/** A file of an upstream's package. */
export interface Wanted {
  registry: RegistryRow;
  name: string;
  file: string;
  release: RemoteRelease;
}

/**
 * Fetches a file, checks it against what its document promises, and stores it as a version of origin `upstream`; false if
 * the upstream does not have it. On any Fault nothing is stored.
 */
export async function fetchArtifact(
  stores: ArtifactStores,
  client: UpstreamClient,
  wanted: Wanted,
): Promise<boolean> {
  const { name, file, release } = wanted;
  const expected = expectationOf(release.integrity, release.shasum);
  if (!expected)
    throw new Fault(
      'upstream_failed',
      `The upstream registry gives no digest for ${file} of ${name}, so it cannot be verified.`,
    );
  // The digest is that of the file, so no encoding is wanted on the way.
  const headers = { accept: '*/*', 'accept-encoding': 'identity' };
  const response = await client.getFile(release.url, headers);
  if (response.status !== 200) {
    response.discard();
    if (response.status === 404 || response.status === 410) return false;
    throw refusal(client, response.status, file);
  }
  const staged = await stores.blobs.stage();
  try {
    const check = new IntegrityCheck(expected);
    await receive(client, response, staged, check, stores.maxTarballBytes, file);
    const digests = await staged.finish();
    const mismatch = check.mismatch(digests);
    if (mismatch)
      throw new Fault(
        'upstream_failed',
        `The upstream registry sent a wrong ${file} of ${name}: ${mismatch}. It was not stored.`,
      );
    await storeVersion(stores, uploadOf(wanted, staged, digests, client, stores.clock())).catch(
      (error: unknown) => {
        // Another replica was faster: the file is here.
        if (!isFault(error, 'version_exists')) throw error;
      },
    );
    return true;
  } finally {
    await staged.discard();
  }
}

async function receive(
  client: UpstreamClient,
  response: UpstreamResponse,
  staged: StagedBlob,
  check: IntegrityCheck,
  limit: number,
  file: string,
): Promise<void> {
  const tooLarge = new Fault(
    'upstream_failed',
    `The upstream's ${file} is larger than the ${limit} bytes that are allowed here.`,
  );
  if (Number(response.header('content-length') ?? 0) > limit) {
    response.body.destroy();
    throw tooLarge;
  }
  let size = 0;
  for await (const chunk of chunksOf(client, response)) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    check.update(chunk);
    await staged.write(chunk);
  }
}

/** Tells the upstream's errors from the store's, which must not be taken for them. */
async function* chunksOf(client: UpstreamClient, response: UpstreamResponse): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw client.fault(error);
  }
}

function uploadOf(
  { registry, name, file, release }: Wanted,
  staged: StagedBlob,
  { sha256, sha1, sha512, size }: Digests,
  client: UpstreamClient,
  at: number,
): VersionUpload {
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
    at,
    event: {
      type: 'package.pull',
      at,
      actor: theServer,
      registry: registry.name,
      package: name,
      version: release.version,
      detail: { file, sha256, size, upstream: client.base.origin },
    },
  };
}
