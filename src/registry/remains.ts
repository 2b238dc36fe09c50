import type { Catalogue, PackageRow, UpstreamDocument } from './ports/index.ts';

/** In place of a document that the upstream has no more: one that lists nothing but what is stored; undefined if nothing is. */
export async function remains(
  catalogue: Pick<Catalogue, 'vanished'>,
  head: PackageRow,
): Promise<UpstreamDocument | undefined> {
  if ((await catalogue.vanished(head.id)).length === 0) return undefined;
  return {
    load: () => Promise.resolve(new Uint8Array()),
    outline: () => Promise.resolve({ versions: [], tags: {} }),
    release: () => Promise.resolve(undefined),
    etag: '',
    fetchedAt: 0,
    upstream: '',
    freshUntil: 0,
    warning: null,
    recheck: () => Promise.resolve(undefined),
  };
}
