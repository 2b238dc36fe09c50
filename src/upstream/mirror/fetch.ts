import { isFault, sha256Hex, type Clock } from '../../kernel/index.ts';
import {
  storeVersion,
  type Admit,
  type Blobs,
  type Catalogue,
  type ContentFormat,
  type RegistryRow,
  type RemoteRelease,
  type StagedBlob,
  type StoredArtifact,
} from '../../registry/index.ts';
import { ask, receive, uploadOf } from '../artifacts/index.ts';
import { refusal } from '../refusal.ts';
import type { UpstreamResponse } from '../client.ts';
import type { Located } from './addresses.ts';
import type { Findings } from './findings.ts';

export interface MirrorStores {
  catalogue: Catalogue;
  blobs: Blobs;
  clock: Clock;
  format: ContentFormat;
  /** Told what is at an address. */
  findings: Findings;
  /** Larger files are refused, bytes. */
  maxTarballBytes: number;
}

/** A file that is to come. */
export interface Wanted {
  registry: RegistryRow;
  /** Its address. */
  name: string;
  file: string;
  version: string;
  located: Located;
  admit: Admit;
}

/**
 * Fetches a file, reads what is in it, and stores it as a version of origin `upstream`; undefined if it is not there. On any Fault
 * nothing is stored. When `signal` aborts, what is still being received is given up.
 */
export async function fetchMirrored(
  stores: MirrorStores,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<StoredArtifact | undefined> {
  const { url, client } = wanted.located;
  const response = await ask(client, url.href);
  if (response.status === 200) return await storeMirrored(stores, wanted, response, signal);
  response.discard();
  if (response.status === 404 || response.status === 410) return undefined;
  throw refusal(client, response.status, wanted.name);
}

async function storeMirrored(
  stores: MirrorStores,
  wanted: Wanted,
  response: UpstreamResponse,
  signal: AbortSignal,
): Promise<StoredArtifact | undefined> {
  const { catalogue, blobs, clock, format, findings, maxTarballBytes } = stores;
  const { registry, name, file, version, located, admit } = wanted;
  const { url, client } = located;
  let staged: StagedBlob | undefined;
  try {
    const blob = await blobs.stage();
    staged = blob;
    const coming = { client, place: url.href, response, signal };
    const { digests, content } = await findings.noting(registry, name, async () => {
      await receive(coming, { file: name, limit: maxTarballBytes, take: (chunk) => blob.write(chunk) });
      const whole = await blob.finish();
      return {
        digests: whole,
        content: await format.read({ size: whole.size, open: () => blob.open() }),
      };
    });
    const { versions, ...about } = content;
    if (!versions.includes(version)) throw format.another(version, versions);
    const release: RemoteRelease = {
      ...about,
      version,
      versionKey: version,
      url: url.href,
      integrity: null,
      shasum: null,
      time: null,
    };
    for (const each of versions) await admit({ version: each, time: null });
    const received = { registry, name, file, release, staged: blob, digests, at: clock() };
    const upload = {
      ...uploadOf({ ...received, upstream: client.base }),
      // An address may be too long for keys, and lie below another that is a file.
      keyName: `@mirror/${sha256Hex(name)}`,
    };
    await storeVersion({ catalogue, blobs }, upload).catch((error: unknown) => {
      // Another replica was faster: the file is here.
      if (!isFault(error, 'version_exists')) throw error;
    });
    return await catalogue.findArtifact(registry.id, name, file);
  } finally {
    response.body.destroy();
    await staged?.discard().catch(() => {});
  }
}
