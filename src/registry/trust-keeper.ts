import { randomUUID } from 'node:crypto';
import {
  actorOf,
  readTrustRule,
  type NamedIssuers,
  type Principal,
  type SignedIn,
  type TrustRequest,
  type TrustedPublisher,
} from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { Judge, signedIn } from './judge.ts';
import type { PackageCommand, RegistryRow, Rights, TrustedPublishing } from './ports/index.ts';

/** How somebody lets versions into a package. */
export interface PublishingRules {
  /** Only machines that it trusts may publish or stage versions. */
  trustedOnly: boolean;
  trustedPublishers: TrustedPublisher[];
}

export interface TrustKeeperParts {
  store: TrustedPublishing;
  rights: Rights;
  clock: Clock;
  issuers: NamedIssuers;
}

/** More would be a list that nobody looks through any more. */
const MOST_RULES = 20;

/**
 * Trusted publishers of packages, for who may manage the package: others get what they get at every other change
 * (see `WriteDecision`).
 */
export class TrustKeeper {
  readonly #parts: TrustKeeperParts;
  readonly #judge: Judge;

  constructor(parts: TrustKeeperParts) {
    this.#parts = parts;
    this.#judge = new Judge(parts.rights, parts.clock);
  }

  async rules(registry: RegistryRow, name: string, principal: Principal): Promise<PublishingRules> {
    await this.#judge.change(registry, name, principal, 'manage');
    const { package: facts, head } = await this.#judge.see(registry, name, principal);
    const trustedPublishers = head === undefined ? [] : await this.#parts.store.of(head.id);
    return { trustedOnly: facts?.trustedOnly ?? false, trustedPublishers };
  }

  /** Before a body is read; answers who asked. */
  async assertMay(registry: RegistryRow, name: string, principal: Principal): Promise<SignedIn> {
    await this.#judge.change(registry, name, principal, 'manage');
    return signedIn(principal);
  }

  /** Faults `trust_invalid`, besides those of rights. */
  async add(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    request: TrustRequest,
  ): Promise<Omit<TrustedPublisher, 'packageId'>> {
    const rule = readTrustRule(request, this.#parts.issuers);
    const id = randomUUID();
    const detail = { trustedPublisher: id, ...rule };
    const command = await this.#change(registry, name, principal, 'package.trust', detail);
    await this.#parts.store.add({ ...command, id, rule, most: MOST_RULES });
    return {
      id,
      ...rule,
      registryId: registry.id,
      registry: registry.name,
      packageName: name,
      lastingId: null,
      createdAt: command.at,
      createdBy: command.event.actor.name,
    };
  }

  /** Fault `not_found`, besides those of rights. */
  async remove(registry: RegistryRow, name: string, principal: Principal, id: string): Promise<void> {
    const command = await this.#change(registry, name, principal, 'package.distrust', {
      trustedPublisher: id,
    });
    await this.#parts.store.remove({ ...command, id });
  }

  async setTrustedOnly(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    trustedOnly: boolean,
  ): Promise<void> {
    const command = await this.#change(registry, name, principal, 'package.trusted-only', { trustedOnly });
    await this.#parts.store.setTrustedOnly({ ...command, trustedOnly });
  }

  async #change(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    type: string,
    detail: Record<string, unknown>,
  ): Promise<PackageCommand> {
    const { userId, overrideOwnership } = await this.#judge.change(registry, name, principal, 'manage');
    const at = this.#parts.clock();
    return {
      registryId: registry.id,
      name,
      actorId: userId,
      overrideOwnership,
      at,
      event: {
        type,
        at,
        actor: actorOf(principal),
        registry: registry.name,
        package: name,
        version: null,
        detail,
      },
    };
  }
}
