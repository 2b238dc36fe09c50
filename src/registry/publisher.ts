import type { Principal } from '../accounts/index.ts';
import type { Clock, Digests } from '../kernel/index.ts';
import { mayPublish, mayTag, type WriteDecision } from '../policy/index.ts';
import type { Blobs, Catalogue, RegistryRow, StagedBlob } from './ports/index.ts';
import { storeVersion } from './store-version.ts';

/** A version as a format read it from an upload, with its files staged. */
export interface Publication {
  name: string;
  version: string;
  versionKey: string;
  /** JSON texts; see `VersionRow`. */
  manifest: string;
  summary: string;
  readme: string | null;
  tags: string[];
  fallbackTag: string | null;
  artifacts: { file: string; facts: string; digests: Digests; staged: StagedBlob }[];
}

/** Writes to the registry on somebody's behalf: judged by policy first, and again inside the command. */
export class Publisher {
  readonly #catalogue: Catalogue;
  readonly #blobs: Blobs;
  readonly #clock: Clock;

  constructor(catalogue: Catalogue, blobs: Blobs, clock: Clock) {
    this.#catalogue = catalogue;
    this.#blobs = blobs;
    this.#clock = clock;
  }

  /** Refuses before a body is read whoever could not publish this name anyway. Faults: see `WriteDecision`. */
  async assertMayPublish(registry: RegistryRow, name: string, principal: Principal): Promise<void> {
    granted(await this.#decide(mayPublish, registry, name, principal));
  }

  /** Stores the version durably; when this resolves every replica serves it. Discards the staged bytes in any case. */
  async publish(
    registry: RegistryRow,
    principal: Principal,
    publication: Publication,
  ): Promise<{ revision: number }> {
    const { artifacts, ...version } = publication;
    const { userId, overrideOwnership } = granted(
      await this.#decide(mayPublish, registry, version.name, principal),
    );
    const at = this.#clock();
    return storeVersion(
      { catalogue: this.#catalogue, blobs: this.#blobs },
      {
        ...version,
        registry: registry.name,
        registryId: registry.id,
        origin: 'local',
        publisherId: userId,
        overrideOwnership,
        at,
        artifacts: artifacts.map(({ file, facts, digests, staged }) => ({
          row: { file, facts, ...digests },
          staged,
        })),
        event: {
          type: 'package.publish',
          at,
          actorId: userId,
          registry: registry.name,
          package: version.name,
          version: version.version,
          detail: { tags: version.tags, sha256: artifacts.map(({ digests }) => digests.sha256) },
        },
      },
    );
  }

  /** Points a tag at a version, or removes it with `version: null`. */
  async tag(
    registry: RegistryRow,
    principal: Principal,
    change: { name: string; tag: string; version: string | null },
  ): Promise<{ revision: number }> {
    const { userId, overrideOwnership } = granted(
      await this.#decide(mayTag, registry, change.name, principal),
    );
    const at = this.#clock();
    return this.#catalogue.tag({
      ...change,
      registryId: registry.id,
      actorId: userId,
      overrideOwnership,
      at,
      event: {
        type: change.version === null ? 'package.untag' : 'package.tag',
        at,
        actorId: userId,
        registry: registry.name,
        package: change.name,
        version: change.version,
        detail: { tag: change.tag },
      },
    });
  }

  async #decide(
    rule: typeof mayPublish,
    registry: RegistryRow,
    name: string,
    principal: Principal,
  ): Promise<WriteDecision> {
    const head = await this.#catalogue.findPackage(registry.id, name);
    const owners = head && (await this.#catalogue.owners(head.id)).map(({ id }) => id);
    return rule({ principal, name, owners, origin: head?.origin });
  }
}

function granted(decision: WriteDecision): WriteDecision & { allowed: true } {
  if (!decision.allowed) throw decision.fault;
  return decision;
}
