import { isDeepStrictEqual } from 'node:util';
import type { DocumentSource } from './document-source.ts';
import type { Catalogue, OpenRevision, RegistryRow } from './ports/index.ts';

/** Tells at once whether an answer still holds; undefined where that cannot be told at once. */
type Watch = (() => boolean) | undefined;

/** Holds while everybody may read the package, and it and what its registry lets in are as they were. */
export function watchPackage(
  { openRevision }: Pick<Catalogue, 'openRevision'>,
  packageId: number,
  { revision, policyRevision }: OpenRevision,
): Watch {
  return (
    openRevision &&
    (() => {
      const now = openRevision(packageId);
      return now?.revision === revision && now.policyRevision === policyRevision;
    })
  );
}

/**
 * As `watchPackage`, for a document from upstream that is as it should be: it holds no longer than it is fresh, which the caller has to
 * see to.
 */
export function watchDocument(
  { openDocument }: Pick<Catalogue, 'openDocument'>,
  registry: RegistryRow,
  name: string,
  { document, head, policyRevision }: DocumentSource & { origin: 'upstream' },
): Watch {
  if (openDocument === undefined || document.warning !== null) return undefined;
  const state = {
    etag: document.etag,
    fetchedAt: document.fetchedAt,
    history: head?.history ?? null,
    policyRevision,
  };
  return () => isDeepStrictEqual({ ...openDocument(registry.id, name) }, state);
}
