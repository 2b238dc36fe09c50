import {
  actorOf,
  type Machine,
  type MachineGrant,
  type Principal,
  type SignedIn,
  type TokenScope,
  type TrustPermission,
  nobodyAt,
} from '../accounts/index.ts';
import { Fault, type Clock } from '../kernel/index.ts';
import {
  askerOf,
  isTrusted,
  mayChange,
  mayMachinePublish,
  mayPublish,
  mayRead,
  seesRegistry,
  type WriteDecision,
  readsAsOwner,
} from '../policy/index.ts';
import { hiddenRegistry } from './hidden.ts';
import type { NewNames } from './new-names.ts';
import type { PackageCommand, RegistryRow, Rights, Sight } from './ports/index.ts';
import type { Bringer } from './publication.ts';

/** Brings the facts on a name and the policy together, for whoever wants to write. */
export class Judge {
  readonly #rights: Rights;
  readonly #clock: Clock;
  readonly #newNames: NewNames | undefined;

  /** `newNames`: for whoever publishes. */
  constructor(rights: Rights, clock: Clock, newNames?: NewNames) {
    this.#newNames = newNames;
    this.#rights = rights;
    this.#clock = clock;
  }

  async publish(registry: RegistryRow, name: string, principal: Principal): Promise<WriteDecision> {
    const standing = await this.see(registry, name, principal);
    return mayPublish({ principal, registry: registry.name, name, standing });
  }

  /** May they decide on a version that waits? Also where only machines may bring versions: a person's yes is the point of it. */
  async decide(registry: RegistryRow, name: string, principal: Principal): Promise<WriteDecision> {
    const sight = await this.see(registry, name, principal);
    const facts = sight.package && { ...sight.package, trustedOnly: false };
    const standing = { ...sight, package: facts };
    return mayPublish({ principal, registry: registry.name, name, standing });
  }

  /** Throws what stands in the machine's way. */
  async publishByMachine(
    registry: RegistryRow,
    name: string,
    machine: Machine,
    permission: TrustPermission,
  ): Promise<MachineGrant> {
    const standing = await this.see(registry, name, machine);
    const decision = mayMachinePublish({ machine, registryId: registry.id, name, standing }, permission);
    if (!decision.allowed) throw decision.fault;
    return decision.grant;
  }

  /** Who may bring a version of the package; throws what stands in their way, of a new name also what `NewNames.look` throws. */
  async bringer(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    permission: TrustPermission,
  ): Promise<Bringer> {
    if (principal.kind === 'machine') {
      const { trustId } = await this.publishByMachine(registry, name, principal, permission);
      return {
        right: { publisherId: null, trustedPublisherId: trustId, overrideOwnership: false },
        actor: { ...actorOf(principal), via: `trusted:${trustId}` },
        detail: { job: principal.claims },
        notices: [],
      };
    }
    const sight = await this.see(registry, name, principal);
    const facts = { principal, registry: registry.name, name, standing: sight };
    const { userId, overrideOwnership } = granted(mayPublish(facts));
    const right = { publisherId: userId, overrideOwnership };
    const actor = actorOf(principal);
    if (sight.package !== null || this.#newNames === undefined) {
      return { right, actor, detail: {}, notices: [] };
    }
    const { claimed, detail, notices } = await this.#newNames.look(registry, name, principal, sight);
    return { right: { ...right, claimed }, actor, detail, notices };
  }

  /** One answer for a package that is not here, was removed, or may not be seen; throws what the decision is otherwise. */
  async change(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    least: 'write' | 'manage',
    scopes: readonly TokenScope[] = ['publish'],
  ): Promise<WriteDecision & { allowed: true }> {
    const sight = await this.see(registry, name, principal);
    const seen = isSeen(sight, principal);
    const standing = seen ? sight : { ...sight, package: null };
    const decision = granted(
      mayChange({ principal, registry: registry.name, name, standing }, least, scopes),
    );
    if (!seen) throw noPackage(name);
    return decision;
  }

  /** What every change of a package needs, if they may make it. */
  async command(
    registry: RegistryRow,
    principal: Principal,
    what: {
      name: string;
      type: string;
      /** `write` unless said otherwise. */
      least?: 'manage';
      /** Scopes of which a token needs one; `publish` unless said otherwise. */
      scopes?: readonly TokenScope[];
      version?: string | null;
      detail: Record<string, unknown>;
    },
  ): Promise<PackageCommand> {
    const { name, type, least = 'write', scopes, version = null, detail } = what;
    const { userId, overrideOwnership } = await this.change(registry, name, principal, least, scopes);
    const at = this.#clock();
    return {
      registryId: registry.id,
      name,
      actorId: userId,
      overrideOwnership,
      at,
      event: { type, at, actor: actorOf(principal), registry: registry.name, package: name, version, detail },
    };
  }

  /** As `see`, for a read: a token that is not for reading this package sees what nobody sees. */
  async read(
    registry: RegistryRow,
    name: string,
    principal: Principal,
  ): Promise<{ sight: Sight; reader: Principal }> {
    const sight = await this.see(registry, name, principal);
    const organisation = sight.package?.organisation ?? null;
    if (
      principal.kind !== 'user' ||
      readsAsOwner(principal, { registry: registry.name, name, organisation })
    ) {
      return { sight, reader: principal };
    }
    const reader = nobodyAt(principal.address);
    return { sight: await this.see(registry, name, reader), reader };
  }

  /** Fault `registry_not_found` for a registry that they may not see. */
  async see(registry: RegistryRow, name: string, principal: Principal): Promise<Sight> {
    const asker = askerOf(principal);
    const sight = await this.#rights.of(registry.id, name, asker.userId);
    const sees = (found: Sight) => seesRegistry(found, asker) || isTrusted(principal, registry.id, name);
    if (sight === undefined || !sees(sight)) throw hiddenRegistry(registry, principal);
    // A claimed name is free, whatever an upstream has under it.
    const isOver =
      sight.package?.origin === 'upstream' &&
      (await this.#newNames?.isClaimed(registry, name, sight.policyRevision));
    return isOver ? { ...sight, package: null, head: undefined } : sight;
  }
}

/** True for a package that is here and that they may know of. */
export function isSeen(sight: Sight, principal: Principal): boolean {
  const { package: facts, head } = sight;
  if (facts === null || facts.removed) return false;
  return (
    mayRead(sight, askerOf(principal)) ||
    (head !== undefined && isTrusted(principal, head.registryId, head.name))
  );
}

export function noPackage(name: string): Fault {
  return new Fault('package_not_found', `There is no package ${name} here.`);
}

export function granted(decision: WriteDecision): WriteDecision & { allowed: true } {
  if (!decision.allowed) throw decision.fault;
  return decision;
}

/** Fault `unauthenticated` for whoever is no user. */
export function signedIn(principal: Principal): SignedIn {
  if (principal.kind === 'user') return principal;
  throw new Fault('unauthenticated', 'You must be logged in to change a package: log in or send a token.');
}
