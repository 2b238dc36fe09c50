import { commitShape, previewShape, publishCommit as publish, shortSha } from '../doors/pantry/index.ts';
import { checkNewName, isReadableName } from '../formats/npm/index.ts';
import type { FoundPreview, PreviewRow } from '../registry/index.ts';
import type { EmbeddedKontor } from '../server/index.ts';
import { bytesOf, stageBytes } from './bytes.ts';
import type { CommitOptions, CommitPublish, CommitPublishSummary } from './shapes.ts';

/** Rows of a question. */
const PAGE = 200;

export async function publishCommit(
  { registry, kontor, services, operator, maxTarballBytes }: EmbeddedKontor,
  base: string,
  { name, sha, tarball }: { name: string; sha: string; tarball: ArrayBuffer | Uint8Array },
  { repository, packageDir, version, publishedBy }: CommitOptions,
): Promise<CommitPublish> {
  checkNewName(name);
  const principal = await operator(publishedBy);
  const upload = await stageBytes(kontor.blobs, tarball, { name, most: maxTarballBytes });
  const { stored } = await publish(
    { previews: services.previews, blobs: kontor.blobs, maxTarballBytes },
    { registry, principal, base },
    { sha, repository, packages: [{ name, version, packageDir, ...upload }] },
  );
  const [preview] = stored;
  if (preview === undefined) throw new Error('A package that was published is not there.');
  return previewShape(base, preview);
}

export async function getCommitPackage(
  store: EmbeddedKontor,
  base: string,
  sha: string,
  name: string,
): Promise<CommitPublish | null> {
  const found = await find(store, sha, name);
  return found ? previewShape(base, found) : null;
}

export async function getCommitPackages(
  { registry, services, operator }: EmbeddedKontor,
  base: string,
  sha: string,
): Promise<CommitPublishSummary | null> {
  const found = await services.previews.ofCommit(registry, sha, await operator(undefined));
  const [first] = found;
  return first ? commitShape(base, first.sha, found) : null;
}

export async function downloadCommitTarball(
  store: EmbeddedKontor,
  sha: string,
  name: string,
): Promise<Uint8Array | null> {
  const found = await find(store, sha, name);
  if (found === undefined) return null;
  const bytes = await bytesOf(store.kontor.blobs, found.key);
  store.services.downloads.countPreview({
    registryId: store.registry.id,
    name,
    label: shortSha(found.sha),
    restricted: found.restricted,
  });
  return bytes;
}

/** Newest first. */
export async function getPackageCommits(
  { registry, kontor, goneUntil }: EmbeddedKontor,
  base: string,
  name: string,
  limit: number,
): Promise<CommitPublish[]> {
  const { inventory } = kontor.store;
  const rows: PreviewRow[] = [];
  const question = { registryId: registry.id, goneUntil: goneUntil(), order: 'name', limit: PAGE } as const;
  let after: Pick<PreviewRow, 'sha' | 'name'> | undefined = { name, sha: '' };
  while (after?.name === name) {
    const page: PreviewRow[] = await inventory.previews({ ...question, after });
    rows.push(...page.filter((row) => row.name === name));
    after = page.at(-1);
  }
  const newest = rows.toSorted((one, other) => other.publishedAt - one.publishedAt);
  return newest.slice(0, limit).map((row) => previewShape(base, row));
}

async function find(
  { registry, services, operator }: EmbeddedKontor,
  sha: string,
  name: string,
): Promise<FoundPreview | undefined> {
  if (!isReadableName(name)) return undefined;
  return services.previews.find(registry, { sha, name }, await operator(undefined));
}
