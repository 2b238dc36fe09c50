import { randomUUID } from 'node:crypto';
import { actorOf, limitsNames, type Principal } from '../accounts/index.ts';
import { Fault, type Clock } from '../kernel/index.ts';
import { readerId, type WriteDecision } from '../policy/index.ts';
import { Judge } from './judge.ts';
import type { NewNames } from './new-names.ts';
import type {
  Blobs,
  Catalogue,
  DecisionCommand,
  RegistryRow,
  Rights,
  StagedVersion,
  StagedVersions,
} from './ports/index.ts';
import { uploadOf, type Publication } from './publication.ts';
import { storeVersion } from './store-version.ts';

export interface StagesParts {
  stagedVersions: StagedVersions;
  catalogue: Catalogue;
  rights: Rights;
  blobs: Blobs;
  clock: Clock;
  newNames: NewNames;
}

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

/**
 * Versions that are brought now and published when somebody says yes. Whoever may publish the package may see and decide; for
 * everybody else there is no such version.
 */
export class Stages {
  readonly #parts: StagesParts;
  readonly #judge: Judge;

  constructor(parts: StagesParts) {
    this.#parts = parts;
    this.#judge = new Judge(parts.rights, parts.clock, parts.newNames);
  }

  /** Stores a version that shows nowhere yet; discards the staged bytes in any case. Faults as a publish, and `version_staged`. */
  async stage(
    registry: RegistryRow,
    principal: Principal,
    publication: Publication,
  ): Promise<{ stageId: string; notices: string[] }> {
    const { stagedVersions, catalogue, blobs, clock } = this.#parts;
    const by = await this.#judge.bringer(registry, publication.name, principal, 'createStagedPackage');
    const stageId = randomUUID();
    await storeVersion(
      { catalogue, blobs },
      uploadOf(registry, publication, 'package.stage', by, clock()),
      (command) => stagedVersions.stage({ ...command, stageId, state: 'staged' }),
    );
    return { stageId, notices: by.notices };
  }

  /** Those that they may decide on, oldest first; a token for some packages must name one of them. */
  async list(
    registry: RegistryRow,
    principal: Principal,
    { name, limit, offset }: { name: string | null; limit: number; offset: number },
  ): Promise<{ items: StagedVersion[]; total: number }> {
    const nothing = { items: [], total: 0 };
    if (principal.kind !== 'user') return nothing;
    const { limits } = principal;
    if (limits !== null && limitsNames(limits) && name === null) return nothing;
    if (name !== null && !(await this.#judge.decide(registry, name, principal)).allowed) return nothing;
    const searcher = readerId({ ...principal, limits: null }, registry.name);
    if (searcher === null) return nothing;
    const { stagedVersions } = this.#parts;
    return stagedVersions.list({ registryId: registry.id, writerId: searcher, name, limit, offset });
  }

  /** Fault `not_found` for one that is not there, or that they may not decide on. */
  async find(registry: RegistryRow, principal: Principal, stageId: string): Promise<StagedVersion> {
    return (await this.#decidable(registry, principal, stageId)).version;
  }

  /** Publishes it. Faults as `find`; of several who decide at once one does. */
  async approve(registry: RegistryRow, principal: Principal, stageId: string): Promise<{ revision: number }> {
    const command = await this.#decision(registry, principal, stageId, 'package.approve');
    return this.#parts.stagedVersions.approve(command);
  }

  /** Takes it away, and its number is free again. Faults as `approve`. */
  async reject(registry: RegistryRow, principal: Principal, stageId: string): Promise<void> {
    const command = await this.#decision(registry, principal, stageId, 'package.reject');
    await this.#parts.stagedVersions.reject(command);
  }

  async #decision(
    registry: RegistryRow,
    principal: Principal,
    stageId: string,
    type: string,
  ): Promise<DecisionCommand> {
    const { version, decision } = await this.#decidable(registry, principal, stageId);
    const at = this.#parts.clock();
    return {
      registryId: registry.id,
      name: version.packageName,
      stageId: version.id,
      actorId: decision.userId,
      overrideOwnership: decision.overrideOwnership,
      at,
      event: {
        type,
        at,
        actor: actorOf(principal),
        registry: registry.name,
        package: version.packageName,
        version: version.version,
        detail: { stage: version.id, tags: version.tags, stagedBy: version.stagedBy },
      },
    };
  }

  async #decidable(
    registry: RegistryRow,
    principal: Principal,
    stageId: string,
  ): Promise<{ version: StagedVersion; decision: WriteDecision & { allowed: true } }> {
    const version = UUID.test(stageId)
      ? await this.#parts.stagedVersions.find(registry.id, stageId.toLowerCase())
      : undefined;
    const decision = version && (await this.#judge.decide(registry, version.packageName, principal));
    if (version === undefined || decision === undefined || !decision.allowed) throw unknown();
    return { version, decision };
  }
}

function unknown(): Fault {
  return new Fault('not_found', 'No version is staged under this id (any more).');
}
