import { Fault, isFault, type Clock, type Digests } from '../../kernel/index.ts';
import {
  storeVersion,
  type Admit,
  type Blobs,
  type Catalogue,
  type RegistryRow,
  type RemoteFile,
  type RemoteRelease,
  type StagedBlob,
  type StoredArtifact,
} from '../../registry/index.ts';
import type { UpstreamClient, UpstreamResponse } from '../client.ts';
import { refusal } from '../refusal.ts';
import { expectationOf, IntegrityCheck, type Expectation } from './integrity.ts';
import { promisedBy, receive } from './receive.ts';
import { ask } from './request.ts';
import type { Transfer } from './transfer.ts';
import { uploadOf } from './upload.ts';

/** Until more than this is there or promised nobody is answered, bytes: small files get a proper status whatever happens. */
const SMALL = 64 * 1024;

export interface ArtifactStores {
  catalogue: Catalogue;
  blobs: Blobs;
  clock: Clock;
  /** Larger files are refused, bytes. */
  maxTarballBytes: number;
}

/** A file of an upstream's package: enough to ask for it, and the rest while it comes. */
export interface Wanted {
  registry: RegistryRow;
  name: string;
  file: string;
  client: UpstreamClient;
  where: RemoteFile;
  /** Called once, when the request is on its way. */
  release: () => Promise<RemoteRelease | undefined>;
  /** See `Upstream.artifact`. */
  admit: Admit;
}

/**
 * Fetches a file, checks it against what its document promises, and stores it as a version of origin `upstream`; undefined if the
 * upstream does not have it. Whoever waits for `transfer` reads it meanwhile. On any Fault nothing is stored. When `signal` aborts,
 * what is still being received is given up.
 */
export async function fetchArtifact(
  stores: ArtifactStores,
  wanted: Wanted,
  transfer: Transfer,
  signal: AbortSignal,
): Promise<StoredArtifact | undefined> {
  const { client, where, file, name } = wanted;
  const expected = expectationOf(where.integrity, where.shasum);
  if (!expected)
    throw new Fault(
      'upstream_failed',
      `The upstream registry gives no digest for ${file} of ${name}, so it cannot be verified.`,
    );
  const asked = ask(client, where.url);
  // While the upstream makes up its mind; if it sends nothing, nobody wants to know.
  const release = wanted.release();
  release.catch(() => {});
  const staging = stores.blobs.stage();
  staging.catch(() => {});
  try {
    const response = await asked;
    if (response.status === 200) {
      const answer = { response, signal, expected, release, staging };
      return await storeArtifact(stores, wanted, answer, transfer);
    }
    response.discard();
    if (response.status === 404 || response.status === 410) return undefined;
    throw refusal(client, response.status, file);
  } finally {
    // Whoever reads it reads on. What cannot be discarded is swept; that must not hide what happened.
    await staging.then((staged) => staged.discard()).catch(() => {});
  }
}

interface Answer {
  response: UpstreamResponse;
  signal: AbortSignal;
  expected: Expectation;
  release: Promise<RemoteRelease | undefined>;
  staging: Promise<StagedBlob>;
}

async function storeArtifact(
  stores: ArtifactStores,
  wanted: Wanted,
  answer: Answer,
  transfer: Transfer,
): Promise<StoredArtifact | undefined> {
  const { catalogue, blobs, clock } = stores;
  const { client, registry, name, file } = wanted;
  try {
    const staged = await answer.staging;
    const digests = await stage(stores, wanted, answer, staged, transfer);
    const release = await answer.release;
    if (!release) throw new Fault('upstream_failed', `The upstream registry says too little of ${file}.`);
    await wanted.admit({ version: release.version, time: release.time });
    const received = { registry, name, file, release, staged: lent(staged), digests, at: clock() };
    const upload = uploadOf({ ...received, upstream: client.base });
    await storeVersion({ catalogue, blobs }, upload).catch((error: unknown) => {
      // Another replica was faster: the file is here.
      if (!isFault(error, 'version_exists')) throw error;
    });
    const artifact = await catalogue.findArtifact(registry.id, name, file);
    if (artifact?.origin === 'local')
      throw new Fault('conflict', `${name} has become a package of this registry.`);
    transfer.end(artifact);
    return artifact;
  } catch (error) {
    transfer.fail(error);
    throw error;
  } finally {
    answer.response.body.destroy();
  }
}

async function stage(
  { maxTarballBytes }: ArtifactStores,
  { client, where, name, file }: Wanted,
  { response, signal, expected }: Answer,
  staged: StagedBlob,
  transfer: Transfer,
): Promise<Digests> {
  const { size, doubt } = promisedBy(response);
  const check = new IntegrityCheck(expected);
  let received = 0;
  const take = async (chunk: Uint8Array) => {
    received += chunk.length;
    check.update(chunk);
    await staged.write(chunk);
    if (doubt === undefined && Math.max(size ?? 0, received) > SMALL) transfer.begin(staged, size);
  };
  const coming = { client, place: where.url, response, signal };
  await receive(coming, { file, limit: maxTarballBytes, take });
  const digests = await staged.finish();
  const mismatch = check.mismatch(digests);
  if (mismatch === undefined) return digests;
  const why = doubt === undefined ? mismatch : `${mismatch}; ${doubt}`;
  const sentence = `The upstream registry sent a wrong ${file} of ${name}: ${why}. It was not stored.`;
  throw new Fault('upstream_failed', sentence);
}

/** One that its borrower cannot discard: there are readers who may still come to it. */
function lent(staged: StagedBlob): Pick<StagedBlob, 'promote' | 'discard'> {
  return { promote: (key) => staged.promote(key), discard: () => Promise.resolve() };
}
