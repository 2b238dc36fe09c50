import { createFinder, packageMetadata, publishPacked, readPublishMetadata } from '../doors/pantry/index.ts';
import { isReadableName, npmRanges, tarballName } from '../formats/npm/index.ts';
import type { EmbeddedKontor } from '../server/index.ts';
import { bytesOf, stageBytes } from './bytes.ts';
import type { PackageMetadata, PublishMetadata, SearchResult } from './shapes.ts';

/** Packages that one search finds at most. */
const MOST_RESULTS = 100;
const LONGEST_QUERY = 256;

export async function getPackage(
  { registry, services, operator }: EmbeddedKontor,
  base: string,
  name: string,
  version: string | undefined,
): Promise<PackageMetadata | null> {
  if (!isReadableName(name)) return null;
  const content = await services.contents.version(registry, name, await operator(undefined), version);
  if (content === undefined) return null;
  const downloads = await services.analytics.total(registry, name);
  // Dependencies are as their package.json has them, which nobody has looked through.
  return packageMetadata(name, content, { base, downloads }) as PackageMetadata;
}

export async function listVersions(
  { registry, services, operator }: EmbeddedKontor,
  name: string,
): Promise<string[]> {
  if (!isReadableName(name)) return [];
  const content = await services.contents.of(registry, name, await operator(undefined));
  return (content?.versions ?? [])
    .map(({ version }) => version)
    .toSorted((one, other) => npmRanges.compare(other, one));
}

export async function search(
  { registry, kontor, services, operator }: EmbeddedKontor,
  query: string,
  limit: number,
): Promise<SearchResult[]> {
  const { reader, answers } = services;
  const find = createFinder({ catalogue: kontor.catalogue, reader, answers });
  const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), MOST_RESULTS);
  const found = await find(registry, query.slice(0, LONGEST_QUERY).trim(), most, await operator(undefined));
  return found.map(withoutGaps) as SearchResult[];
}

/** Without the fields that are undefined. */
function withoutGaps(entry: object): object {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

export async function downloadTarball(
  { registry, kontor, services, operator }: EmbeddedKontor,
  name: string,
  version: string,
): Promise<Uint8Array | null> {
  if (!isReadableName(name)) return null;
  const { reader, downloads } = services;
  const stored = await reader.artifact(registry, name, tarballName(name, version), await operator(undefined));
  if (stored === undefined) return null;
  const bytes = await bytesOf(kontor.blobs, stored.key);
  downloads.count(stored);
  return bytes;
}

export async function publish(
  { registry, kontor, services, operator, maxTarballBytes }: EmbeddedKontor,
  metadata: PublishMetadata,
  tarball: ArrayBuffer | Uint8Array,
  publishedBy: string | undefined,
): Promise<void> {
  const read = readPublishMetadata(metadata);
  const principal = await operator(publishedBy);
  const upload = await stageBytes(kontor.blobs, tarball, { name: read.name, most: maxTarballBytes });
  try {
    const parts = { ...services, catalogue: kontor.catalogue };
    await publishPacked(parts, { registry, principal }, { metadata: read, ...upload });
  } finally {
    await upload.staged.discard();
  }
}

/** Of our own: what a registry elsewhere has does not count. */
export async function exists(
  { registry, kontor: { catalogue } }: EmbeddedKontor,
  name: string,
  version: string,
): Promise<boolean> {
  const head = await catalogue.findPackage(registry.id, name);
  if (head?.origin !== 'local' || head.removedAt !== null) return false;
  return (await catalogue.version(head.id, version)) !== undefined;
}
