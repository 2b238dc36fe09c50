import type { Principal } from '../accounts/index.ts';
import { mayRead } from '../policy/index.ts';
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
 * The one way to what is stored, here or behind an upstream. A name that is owned here is never asked for elsewhere, not even
 * when its package was unpublished or may not be seen.
 */
export class Reader {
  readonly #catalogue: Catalogue;
  readonly #upstreams: ReadonlyMap<string, Upstream>;

  /** @param upstreams by format; a format without one has only what was published here. */
  constructor(catalogue: Catalogue, upstreams: ReadonlyMap<string, Upstream>) {
    this.#catalogue = catalogue;
    this.#upstreams = upstreams;
  }

  async document(
    registry: RegistryRow,
    name: string,
    principal: Principal,
  ): Promise<DocumentSource | undefined> {
    const head = await this.#catalogue.findPackage(registry.id, name);
    if (head?.origin === 'local') {
      return (await this.#isVisible(head, principal)) ? { origin: 'local', head } : undefined;
    }
    const document = await this.#upstreams.get(registry.format)?.document(registry, name);
    return document && { origin: 'upstream', document };
  }

  /** The head of a package that is owned here and may be seen. */
  async owned(registry: RegistryRow, name: string, principal: Principal): Promise<PackageRow | undefined> {
    const head = await this.#catalogue.findPackage(registry.id, name);
    return head?.origin === 'local' && (await this.#isVisible(head, principal)) ? head : undefined;
  }

  /** A file of a version; pulled from upstream, verified and stored first if it is not here yet. */
  async artifact(
    registry: RegistryRow,
    name: string,
    file: string,
    principal: Principal,
  ): Promise<StoredArtifact | undefined> {
    const stored = await this.#catalogue.findArtifact(registry.id, name, file);
    if (stored !== undefined) {
      return (await this.#mayRead(stored.visibility, stored.packageId, principal)) ? stored : undefined;
    }
    const upstream = this.#upstreams.get(registry.format);
    if (upstream === undefined) return undefined;
    const head = await this.#catalogue.findPackage(registry.id, name);
    if (head?.origin === 'local') return undefined;
    const pulled = await upstream.artifact(registry, name, file);
    return pulled ? this.#catalogue.findArtifact(registry.id, name, file) : undefined;
  }

  async #isVisible(head: PackageRow, principal: Principal): Promise<boolean> {
    return head.removedAt === null && this.#mayRead(head.visibility, head.id, principal);
  }

  #mayRead(visibility: PackageRow['visibility'], packageId: number, principal: Principal): Promise<boolean> {
    const owners = async () => (await this.#catalogue.owners(packageId)).map(({ id }) => id);
    return mayRead({ principal, visibility, owners });
  }
}
