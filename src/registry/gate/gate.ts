import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/index.ts';
import {
  blockedFault,
  gateRules,
  hiddenFault,
  judge,
  wholeBlock,
  type Block,
  type GateRules,
  type JudgedVersion,
  type VersionRanges,
} from '../../policy/index.ts';
import type { AdvisoryStore } from '../advisories/index.ts';
import { blocksOn } from './blocks-on.ts';
import type { Blocks, Origin, Policies, RegistryRow } from '../ports/index.ts';

/** Names whose rules one process keeps. */
const MOST_NAMES = 20_000;

/** What the gate says on a name, by where its versions come from. */
export interface NameRules extends Record<Origin, GateRules> {
  /** The block on every version of the name, if there is one. */
  whole: Block | undefined;
}

export interface GateOptions {
  blocks: Pick<Blocks, 'on' | 'list'>;
  advisories: Pick<AdvisoryStore, 'attacks'>;
  policies: Policies;
  /** By format. */
  ranges: ReadonlyMap<string, VersionRanges>;
  clock: Clock;
}

/** Which versions of a name may go out, as registries' settings and the blocks have it. */
export class Gate {
  readonly #options: GateOptions;
  readonly #known = new LRUCache<string, NameRules>({ max: MOST_NAMES });

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * The rules for a name in the state that `revision` (see `Sight.policyRevision`) stands for: at once if the name was asked for since
   * the last change.
   */
  rules(registry: RegistryRow, name: string, revision: number): NameRules | Promise<NameRules> {
    return this.#known.get(keyOf(registry, name, revision)) ?? this.#read(registry, name, revision);
  }

  /** As `rules`, for many names with one query. */
  async rulesOf(registry: RegistryRow, names: string[], revision: number): Promise<Map<string, NameRules>> {
    const { blocks, advisories, policies, ranges } = this.#options;
    const found = new Map<string, NameRules>();
    for (const name of names) {
      const known = this.#known.get(keyOf(registry, name, revision));
      if (known) found.set(name, known);
    }
    const rest = names.filter((name) => !found.has(name));
    if (rest.length === 0) return found;
    const [{ cooldown, blockMalicious }, blocked, attacks] = await Promise.all([
      policies.of(registry, revision),
      blocksOn(blocks, ranges.get(registry.format), registry, rest),
      advisories.attacks(registry.format, rest),
    ]);
    for (const name of rest) {
      const on = [...(blocked.get(name) ?? []), ...((blockMalicious && attacks.get(name)) || [])];
      const rules: NameRules = {
        local: gateRules(name, null, on),
        upstream: gateRules(name, cooldown, on),
        whole: undefined,
      };
      rules.whole = wholeBlock(rules.local);
      this.#known.set(keyOf(registry, name, revision), rules);
      found.set(name, rules);
    }
    return found;
  }

  /** Fault `version_hidden` if the version may not go out now. */
  admit({ format }: RegistryRow, name: string, rules: GateRules, version: JudgedVersion): void {
    if (rules.key === '') return;
    const [finding] = judge(rules, version, this.#options.clock(), this.rangesOf(format));
    if (finding) throw hiddenFault({ name, version: version.version, whole: false, finding });
  }

  rangesOf(format: string): VersionRanges {
    const ranges = this.#options.ranges.get(format);
    if (ranges === undefined) throw new Error(`the format ${format} does not say how its versions compare`);
    return ranges;
  }

  async #read(registry: RegistryRow, name: string, revision: number): Promise<NameRules> {
    const rules = (await this.rulesOf(registry, [name], revision)).get(name);
    if (rules === undefined) throw new Error(`no rules for ${name}`);
    return rules;
  }
}

/** Fault `version_hidden` if nothing of the name may go out. It tells nobody whether there is such a package. */
export function assertNotBlocked(name: string, { whole }: NameRules): void {
  if (whole) throw blockedFault(name, whole);
}

function keyOf({ id }: RegistryRow, name: string, revision: number): string {
  return `${id} ${revision} ${name}`;
}
