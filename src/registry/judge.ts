import type { Principal, TokenScope } from '../accounts/index.ts';
import { Fault } from '../kernel/index.ts';
import {
  askerOf,
  mayChange,
  mayPublish,
  mayRead,
  seesRegistry,
  type WriteDecision,
} from '../policy/index.ts';
import { hiddenRegistry } from './hidden.ts';
import type { RegistryRow, Rights, Sight } from './ports/index.ts';

/** Brings the facts on a name and the policy together, for whoever wants to write. */
export class Judge {
  readonly #rights: Rights;

  constructor(rights: Rights) {
    this.#rights = rights;
  }

  async publish(registry: RegistryRow, name: string, principal: Principal): Promise<WriteDecision> {
    const standing = await this.see(registry, name, principal);
    return mayPublish({ principal, registry: registry.name, name, standing });
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

  /** Fault `registry_not_found` for a registry that they may not see. */
  async see(registry: RegistryRow, name: string, principal: Principal): Promise<Sight> {
    const asker = askerOf(principal);
    const sight = await this.#rights.of(registry.id, name, asker.userId);
    if (sight === undefined || !seesRegistry(sight, asker)) throw hiddenRegistry(registry);
    return sight;
  }
}

/** True for a package that is here and that they may know of. */
export function isSeen(sight: Sight, principal: Principal): boolean {
  return sight.package !== null && !sight.package.removed && mayRead(sight, askerOf(principal));
}

export function noPackage(name: string): Fault {
  return new Fault('package_not_found', `There is no package ${name} here.`);
}

export function granted(decision: WriteDecision): WriteDecision & { allowed: true } {
  if (!decision.allowed) throw decision.fault;
  return decision;
}
