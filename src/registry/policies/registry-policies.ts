import type { Policies, PolicyStore, RegistryPolicy, RegistryRow } from '../ports/index.ts';
import type { KeyWrap } from '../signer.ts';
import { resolvePolicy, type PolicyDefaults, type PolicySettings } from './settings.ts';

export interface RegistryPoliciesParts {
  store: PolicyStore;
  wrap: KeyWrap;
  defaults: PolicyDefaults;
  /** Settings of `kontor.yaml` by registry, their secrets as they are: they hold, whatever the database has. */
  fixed: ReadonlyMap<string, PolicySettings>;
}

/** Where what holds for a registry was set. */
export interface PolicyInForce {
  source: 'kontor.yaml' | 'database' | 'default';
  settings: PolicySettings;
  /** What the database has, though it may not hold. */
  body: string | null;
}

/**
 * Policies as `kontor.yaml` sets them, else as the API or the command line has, else the defaults. What was resolved is kept as
 * long as the registry's policy revision stays, so that a hot read asks nothing.
 */
export class RegistryPolicies implements Policies {
  readonly #parts: RegistryPoliciesParts;
  readonly #known = new Map<number, { revision: number; policy: Promise<RegistryPolicy> }>();

  constructor(parts: RegistryPoliciesParts) {
    this.#parts = parts;
  }

  of(registry: RegistryRow, revision: number): Promise<RegistryPolicy> {
    const known = this.#known.get(registry.id);
    // A request that began before a change may have the policy after it, never the other way round.
    if (known !== undefined && known.revision >= revision) return known.policy;
    const entry = { revision, policy: this.#resolve(registry) };
    this.#known.set(registry.id, entry);
    entry.policy.catch(() => {
      if (this.#known.get(registry.id) === entry) this.#known.delete(registry.id);
    });
    return entry.policy;
  }

  /** As it is set now. */
  async settingsOf(registry: RegistryRow): Promise<PolicyInForce> {
    const { fixed, store } = this.#parts;
    const body = await store.read(registry.id);
    const settings = fixed.get(registry.name);
    if (settings !== undefined) return { source: 'kontor.yaml', settings, body };
    // No other has written it: see `PolicyKeeper`.
    if (body !== null) return { source: 'database', settings: JSON.parse(body) as PolicySettings, body };
    return { source: 'default', settings: {}, body };
  }

  async #resolve(registry: RegistryRow): Promise<RegistryPolicy> {
    const { defaults, wrap } = this.#parts;
    const { settings } = await this.settingsOf(registry);
    return resolvePolicy(registry, settings, defaults, (stored) => wrap.unwrap(stored));
  }
}
