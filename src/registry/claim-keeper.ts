import type { AccountCommand } from '../accounts/index.ts';
import { Fault, type Clock } from '../kernel/index.ts';
import type { Actor } from '../ledger/index.ts';
import { isNamePattern } from '../policy/index.ts';
import type {
  ClaimResult,
  NameClaim,
  NewOwner,
  Origins,
  Policies,
  RegistryRow,
  Rights,
} from './ports/index.ts';

export interface ClaimKeeperParts {
  origins: Origins;
  policies: Policies;
  rights: Rights;
  clock: Clock;
  /** The user or organisation of a name. */
  findOwner: (name: string) => Promise<NewOwner | undefined>;
}

/** A claim as an administrator sees it; one without `at` stands in the settings. */
export type ListedClaim = NameClaim | { pattern: string; at: null };

export interface ClaimRequest {
  /** A name, or a pattern such as `@acme/*`. */
  pattern: string;
  reason: string | null;
  /** Name of the user or organisation that is to publish it first; null: whoever may publish new names. */
  owner: string | null;
}

/** Names that administrators declare ours. */
export class ClaimKeeper {
  readonly #parts: ClaimKeeperParts;

  constructor(parts: ClaimKeeperParts) {
    this.#parts = parts;
  }

  /** Those of the settings first. */
  async list(registry: RegistryRow): Promise<ListedClaim[]> {
    const claims = await this.#parts.origins.claims(registry.id);
    const settings = await this.#settings(registry);
    return [...settings.map((pattern) => ({ pattern, at: null })), ...claims];
  }

  /** See `Origins.claim`. Faults `name_invalid`, `user_unknown` and `bad_request` too. */
  async claim(
    registry: RegistryRow,
    by: Actor,
    { pattern, reason, owner }: ClaimRequest,
  ): Promise<ClaimResult> {
    checkPattern(pattern);
    if (owner !== null && pattern.endsWith('*')) {
      throw new Fault('bad_request', 'A pattern has no owner: claim the name itself for somebody.');
    }
    return this.#parts.origins.claim({
      ...this.#command(registry, by),
      pattern,
      reason,
      owner: owner === null ? null : await this.#owner(owner),
    });
  }

  /** See `Origins.release`. Fault `conflict` for what the settings claim. */
  async release(registry: RegistryRow, by: Actor, pattern: string): Promise<void> {
    const claims = await this.#parts.origins.claims(registry.id);
    const isRow = claims.some((claim) => claim.pattern === pattern);
    if (!isRow && (await this.#settings(registry)).includes(pattern)) {
      throw new Fault(
        'conflict',
        `${pattern} is claimed by the settings of ${registry.name}: take it out there.`,
      );
    }
    await this.#parts.origins.release({ ...this.#command(registry, by), pattern });
  }

  async #settings(registry: RegistryRow): Promise<string[]> {
    const sight = await this.#parts.rights.of(registry.id, '', null);
    return (await this.#parts.policies.of(registry, sight?.policyRevision ?? 0)).claims;
  }

  async #owner(name: string): Promise<NewOwner> {
    const owner = await this.#parts.findOwner(name);
    if (owner) return owner;
    throw new Fault(
      'user_unknown',
      `There is no user or organisation called ${JSON.stringify(name.slice(0, 80))}.`,
    );
  }

  #command(registry: RegistryRow, by: Actor): AccountCommand & { registryId: number } {
    return { registryId: registry.id, by, administrator: true, at: this.#parts.clock() };
  }
}

function checkPattern(pattern: string): void {
  if (!isNamePattern(pattern) || pattern.length > 214) {
    throw new Fault(
      'name_invalid',
      'A claim is for a name, such as @acme/ui, or for a pattern whose last character is "*", such as @acme/* or acme-*.',
    );
  }
  if (/^@[^/*]*$/.test(pattern)) {
    throw new Fault(
      'name_invalid',
      `${pattern} is a scope and no name: claim ${pattern}/* for all that is in it.`,
    );
  }
}
