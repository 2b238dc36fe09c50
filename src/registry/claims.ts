import { Turn } from '../kernel/index.ts';
import type { NameClaim, Origins, Policies, RegistryRow } from './ports/index.ts';

/** What makes a name ours although nothing of our own may be here yet. */
export interface Cover {
  pattern: string;
  /** Who claimed it, when and why; null if the pattern stands in the settings. */
  claim: NameClaim | null;
}

type OriginsRead = Pick<Origins, 'claims' | 'ownAmong' | 'ofFormat'>;

/** The claims of a registry, ready to be asked. */
interface Covers {
  revision: number;
  /** By the name in lower case: see `coversName`. */
  exact: ReadonlyMap<string, Cover>;
  /** By what stands before the `*`, in lower case, longest first. */
  prefixes: readonly [prefix: string, cover: Cover][];
}

/** Tells which names are claimed. Reads the claims once for each policy revision, so a hot read asks no database. */
export class Claims {
  readonly #origins: OriginsRead;
  readonly #policies: Policies;
  /** By the registry's id. */
  readonly #covers = new Map<number, Covers>();

  constructor(origins: OriginsRead, policies: Policies) {
    this.#origins = origins;
    this.#policies = policies;
  }

  /**
   * What covers a name, in the state that `revision` (see `Sight.policyRevision`) stands for: the claim of just this name, or that of
   * the longest pattern; undefined if nobody claimed it.
   */
  async on(registry: RegistryRow, name: string, revision: number): Promise<Cover | undefined> {
    const known = this.#covers.get(registry.id);
    const covers = known?.revision === revision ? known : await this.#read(registry, revision);
    const folded = name.toLowerCase();
    return covers.exact.get(folded) ?? covers.prefixes.find(([prefix]) => folded.startsWith(prefix))?.[1];
  }

  /**
   * Which of these names are neither owned nor claimed here.
   *
   * @param reach `format`: nor in any other registry of the format. For names that clients send wherever they are from: npm's audit
   *   tells those of a whole project to its one default registry.
   */
  async foreign(
    registry: RegistryRow,
    names: string[],
    revision: number,
    reach: 'registry' | 'format' = 'registry',
  ): Promise<string[]> {
    if (reach === 'format') return this.foreignToAll(registry.format, names);
    return this.#unclaimed([{ registry, policyRevision: revision }], names);
  }

  /** Which of these names are neither owned nor claimed in any registry of the format, seen or not. */
  async foreignToAll(format: string, names: string[]): Promise<string[]> {
    return this.#unclaimed(await this.#origins.ofFormat(format), names);
  }

  async #unclaimed(
    states: { registry: RegistryRow; policyRevision: number }[],
    names: string[],
  ): Promise<string[]> {
    const ids = states.map(({ registry }) => registry.id);
    const own = await this.#origins.ownAmong(ids, names);
    const turn = new Turn();
    const unclaimed: string[] = [];
    for (const name of names) {
      if (turn.isOver) await turn.next();
      let isClaimed = own.has(name);
      for (const { registry, policyRevision } of states) {
        isClaimed ||= (await this.on(registry, name, policyRevision)) !== undefined;
      }
      if (!isClaimed) unclaimed.push(name);
    }
    return unclaimed;
  }

  async #read(registry: RegistryRow, revision: number): Promise<Covers> {
    const [{ claims: settings }, claims] = await Promise.all([
      this.#policies.of(registry, revision),
      this.#origins.claims(registry.id),
    ]);
    // What somebody claimed says more than a setting, so it comes last and stays.
    const all: Cover[] = [
      ...settings.map((pattern) => ({ pattern, claim: null })),
      ...claims.map((claim) => ({ pattern: claim.pattern, claim })),
    ];
    const byPattern = new Map(all.map((cover) => [cover.pattern.toLowerCase(), cover]));
    const prefixes = [...byPattern]
      .filter(([pattern]) => pattern.endsWith('*'))
      .map(([pattern, cover]): [string, Cover] => [pattern.slice(0, -1), cover])
      .toSorted(([one], [other]) => other.length - one.length);
    const covers = { revision, exact: byPattern, prefixes };
    // One that was read for an older state must not displace a newer one; the next read would only come here again.
    if ((this.#covers.get(registry.id)?.revision ?? -1) < revision) this.#covers.set(registry.id, covers);
    return covers;
  }
}
