import { isDeepStrictEqual } from 'node:util';
import { Fault, isFault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { Catalogue, PolicyStore, RegistryPolicy, RegistryRow } from '../ports/index.ts';
import type { KeyWrap } from '../signer.ts';
import { keepPolicy } from './entries.ts';
import type { RegistryPolicies, PolicyInForce } from './registry-policies.ts';
import { resolvePolicy, type PolicyDefaults, type PolicySettings } from './settings.ts';
import { Place, readPolicy, showPolicy, type WrittenPolicy } from './written/index.ts';

/** A change that somebody else is faster with is made again on what they left, so often. */
const TRIES = 5;

export interface PolicyKeeperParts {
  catalogue: Pick<Catalogue, 'registries'>;
  policies: RegistryPolicies;
  store: PolicyStore;
  defaults: PolicyDefaults;
  wrap: KeyWrap;
  clock: Clock;
  /** True for a URL that leads to this server itself. */
  isOwn: (url: URL) => boolean;
}

/** A registry's policy for people; of credentials it says only that there are some. */
export interface SeenPolicy {
  registry: RegistryRow;
  source: PolicyInForce['source'];
  /** All that holds. */
  policy: Required<WrittenPolicy>;
}

/** Shows and changes what registries let in. Whether somebody may is for the caller to judge: upstreams are for administrators only. */
export class PolicyKeeper {
  readonly #parts: PolicyKeeperParts;

  constructor(parts: PolicyKeeperParts) {
    this.#parts = parts;
  }

  /** Fault `registry_not_found`. */
  async see(name: string): Promise<SeenPolicy> {
    const registry = await this.#registry(name);
    const { source, settings } = await this.#parts.policies.settingsOf(registry);
    return { registry, source, policy: showPolicy(this.#resolved(registry, settings)) };
  }

  /**
   * Changes what was set. `edit` gets that, with the upstreams that hold, and answers what is to be set instead: what is not there
   * is as by default afterwards. Faults: `policy_invalid` lists all that is wrong with it, `conflict` if `kontor.yaml` sets it.
   */
  async change(by: Actor, name: string, edit: (current: EditedPolicy) => unknown): Promise<SeenPolicy> {
    const registry = await this.#registry(name);
    for (let tries = 1; ; tries++) {
      try {
        await this.#try(by, registry, edit);
        return await this.see(name);
      } catch (error) {
        if (!isFault(error, 'conflict') || tries === TRIES) throw error;
      }
    }
  }

  async #try(by: Actor, registry: RegistryRow, edit: (current: EditedPolicy) => unknown): Promise<void> {
    const { policies, store, wrap, clock, defaults } = this.#parts;
    const { source, settings, body } = await policies.settingsOf(registry);
    if (source === 'kontor.yaml') {
      throw new Fault(
        'policy_fixed',
        `What the registry ${registry.name} lets in is set in kontor.yaml, section registries.${registry.name}: change it there and restart.`,
      );
    }
    const upstreams = settings.upstreams ?? defaults.upstreamsOf(registry);
    const written = edit({ ...showPolicy(settings), upstreams: showPolicy({ upstreams }).upstreams ?? [] });
    const problems: string[] = [];
    const place = new Place(problems, '', '');
    const read = readPolicy(place, written);
    for (const { entry, place: at } of read.upstreams ?? []) {
      if (!URL.canParse(entry.url) || !this.#parts.isOwn(new URL(entry.url))) continue;
      at.at('url').complain('leads to this server itself: write the address of another registry.');
    }
    const next = keepPolicy(read, upstreams, wrap);
    if (problems.length > 0) throw new Fault('policy_invalid', problems.join('\n'));
    // A list that is as by default is not pinned down by a change of something else.
    if (settings.upstreams === undefined && isDeepStrictEqual(next.upstreams, upstreams))
      delete next.upstreams;
    if (isDeepStrictEqual(next, settings)) return;
    await store.set({
      registryId: registry.id,
      body: Object.keys(next).length === 0 ? null : JSON.stringify(next),
      expected: body,
      by,
      at: clock(),
      detail: difference(settings, next),
    });
  }

  #resolved(registry: RegistryRow, settings: PolicySettings): RegistryPolicy {
    return resolvePolicy(registry, settings, this.#parts.defaults, (stored) => stored);
  }

  async #registry(name: string): Promise<RegistryRow> {
    const row = (await this.#parts.catalogue.registries()).find((registry) => registry.name === name);
    if (row) return row;
    throw new Fault('registry_not_found', `There is no registry ${JSON.stringify(name.slice(0, 80))}.`);
  }
}

/** What was set, and the upstreams that hold. */
export type EditedPolicy = WrittenPolicy & Pick<Required<WrittenPolicy>, 'upstreams'>;

/** What of it is another now, and whose credentials are, for the record. */
function difference(before: PolicySettings, after: PolicySettings): Record<string, unknown> {
  const [old, now]: Record<string, unknown>[] = [{ ...showPolicy(before) }, { ...showPolicy(after) }];
  const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
  const changed = keys.filter((key) => !isDeepStrictEqual(old?.[key], now?.[key]));
  const credentials = (after.upstreams ?? []).filter(({ name, authorization }) => {
    const known = before.upstreams?.find((each) => each.name === name);
    return authorization !== undefined && authorization !== known?.authorization;
  });
  const part = (of: Record<string, unknown> | undefined) =>
    Object.fromEntries(changed.map((key) => [key, of?.[key] ?? null]));
  return {
    before: part(old),
    after: part(now),
    ...(credentials.length > 0 && { credentials: credentials.map(({ name }) => name) }),
  };
}
