import type {
  Catalogue,
  PackageRow,
  RegistryRow,
  StoredArtifact,
  Upstream,
  UpstreamDocument,
} from './ports/index.ts';

/** Where the document of a name comes from: rows of ours, or what an upstream said of it. */
export type DocumentSource =
  { origin: 'local'; head: PackageRow } | { origin: 'upstream'; document: UpstreamDocument };

/**
 * The one way to what is stored, here or behind an upstream. A name that is owned here is never asked for elsewhere.
 */
export class Reader {
  readonly #catalogue: Catalogue;
  readonly #upstreams: ReadonlyMap<string, Upstream>;

  /** @param upstreams by format; a format without one has only what was published here. */
  constructor(catalogue: Catalogue, upstreams: ReadonlyMap<string, Upstream>) {
    this.#catalogue = catalogue;
    this.#upstreams = upstreams;
  }

  async document(registry: RegistryRow, name: string): Promise<DocumentSource | undefined> {
    const head = await this.#catalogue.findPackage(registry.id, name);
    if (head?.origin === 'local') return { origin: 'local', head };
    const document = await this.#upstreams.get(registry.format)?.document(registry, name);
    return document && { origin: 'upstream', document };
  }

  /** A file of a version; pulled from upstream, verified and stored first if it is not here yet. */
  async artifact(registry: RegistryRow, name: string, file: string): Promise<StoredArtifact | undefined> {
    const stored = await this.#catalogue.findArtifact(registry.id, name, file);
    if (stored !== undefined) return stored;
    const upstream = this.#upstreams.get(registry.format);
    if (upstream === undefined) return undefined;
    const head = await this.#catalogue.findPackage(registry.id, name);
    if (head?.origin === 'local') return undefined;
    const pulled = await upstream.artifact(registry, name, file);
    return pulled ? this.#catalogue.findArtifact(registry.id, name, file) : undefined;
  }
}
