import { Fault } from '../kernel/index.ts';
import type { JudgedVersion } from '../policy/index.ts';
import type {
  Admit,
  ArtifactTransfer,
  RemoteFile,
  RemoteRelease,
  StoredArtifact,
  Upstream,
  UpstreamDocument,
  UpstreamScope,
} from '../registry/index.ts';
import { ArtifactPulls, type Found, type PullsOptions } from './artifacts/index.ts';
import { Documents, type DocumentsOptions, type Held } from './documents/index.ts';

export type PullThroughOptions = PullsOptions & DocumentsOptions;

/** Pull-through from the upstreams that a registry's policy names; `Documents` says when they are asked. */
export class PullThrough implements Upstream {
  readonly #documents: Documents;
  readonly #artifacts: ArtifactPulls;

  constructor(options: PullThroughOptions) {
    this.#documents = new Documents(options);
    this.#artifacts = new ArtifactPulls(options);
  }

  async document(scope: UpstreamScope, name: string): Promise<UpstreamDocument | undefined> {
    const held = await this.#documents.read(scope, name);
    return held && this.#shown(scope, held);
  }

  glance(scope: UpstreamScope, name: string): Promise<boolean> {
    return this.#documents.glance(scope, name);
  }

  mayHave(scope: UpstreamScope, name: string, upstream: string): Promise<boolean> {
    return this.#documents.mayHave(scope, name, upstream);
  }

  artifact(
    scope: UpstreamScope,
    name: string,
    file: string,
    admit: Admit,
  ): Promise<StoredArtifact | ArtifactTransfer | undefined> {
    const { registry } = scope;
    return this.#artifacts.pull({ registry, name, file }, async () => {
      const found = await this.#find(scope, name, file);
      if (found && scope.policy.offline) throw isOffline(registry.name, file);
      return found && { ...found, admit };
    });
  }

  /** Gives up the files that are on their way, and waits until what is being stored is stored. */
  close(): Promise<void> {
    return this.#artifacts.close();
  }

  async #find(scope: UpstreamScope, name: string, file: string): Promise<Omit<Found, 'admit'> | undefined> {
    const held = await this.#documents.read(scope, name);
    if (held === undefined) return undefined;
    const where = await this.#locate(held, file);
    if (where) return this.#found(held, file, where);
    // It may have been published after our copy of the document was made.
    const newer = await this.#documents.recheck(scope, held, file);
    const now = newer && (await this.#locate(newer, file));
    return now && this.#found(newer, file, now);
  }

  async versionOf(scope: UpstreamScope, name: string, file: string): Promise<JudgedVersion | undefined> {
    return (await this.#find(scope, name, file))?.where;
  }

  async #locate(held: Held, file: string): Promise<RemoteFile | undefined> {
    return held.remote.format.locate(await this.#documents.index(held), file);
  }

  #found(held: Held, file: string, where: RemoteFile): Omit<Found, 'admit'> {
    return { client: held.remote.client, where, release: () => this.#release(held, file) };
  }

  async #release(held: Held, file: string): Promise<RemoteRelease | undefined> {
    const [body, index] = await Promise.all([this.#documents.body(held), this.#documents.index(held)]);
    return held.remote.format.release({ body, index }, file);
  }

  #shown(scope: UpstreamScope, held: Held): UpstreamDocument {
    const { head, remote, freshUntil, warning } = held;
    return {
      etag: head.etag,
      fetchedAt: head.fetchedAt,
      upstream: remote.client.base.href,
      freshUntil,
      warning,
      load: () => this.#documents.body(held),
      outline: async () => remote.format.outline(await this.#documents.body(held)),
      release: (file) => this.#release(held, file),
      recheck: async (wanted) => {
        const newer = await this.#documents.recheck(scope, held, wanted);
        return newer && this.#shown(scope, newer);
      },
    };
  }
}

function isOffline(registry: string, file: string): Fault {
  return new Fault(
    'upstream_down',
    `The registry ${registry} is offline (its setting "offline"), and ${file} is not stored here.`,
  );
}
