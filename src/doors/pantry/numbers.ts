import { lookupName } from '../../formats/zig/index.ts';
import type { Principal } from '../../accounts/index.ts';
import type {
  Analytics,
  DayCount,
  Days,
  MissingVersion,
  NameNumbers,
  RegistryRow,
  TopEntry,
} from '../../registry/index.ts';

/**
 * Numbers as Pantry tells them: of a name, whatever kind of package has it. Here each kind has a registry of its own, and what they
 * say of one name is added up.
 */
export class Numbers {
  readonly #analytics: Analytics;
  readonly #registries: RegistryRow[];
  readonly #principal: Principal;

  /** @param principal who asks, and is told of nothing that they may not see */
  constructor(analytics: Analytics, registries: RegistryRow[], principal: Principal) {
    this.#analytics = analytics;
    this.#registries = registries;
    this.#principal = principal;
  }

  /** Undefined if there is no such name, for whoever asks, or it was never downloaded. */
  async of(name: string): Promise<NameNumbers | undefined> {
    const found = await this.#each((registry) =>
      this.#analytics.of(registry, nameIn(registry, name), this.#principal),
    );
    const total = sum(found.map((numbers) => numbers.total));
    if (total === 0) return undefined;
    const times = found.flatMap(({ lastAt }) => (lastAt === null ? [] : [lastAt]));
    return {
      total,
      week: sum(found.map((numbers) => numbers.week)),
      month: sum(found.map((numbers) => numbers.month)),
      lastAt: times.length === 0 ? null : Math.max(...times),
      versions: found.flatMap(({ versions }) => versions),
    };
  }

  async days(name: string, days: Days): Promise<DayCount[]> {
    const found = await this.#each((registry) =>
      this.#analytics.days(registry, nameIn(registry, name), this.#principal, days),
    );
    const counts = new Map<number, number>();
    for (const { day, count } of found.flat()) counts.set(day, (counts.get(day) ?? 0) + count);
    return [...counts].map(([day, count]) => ({ day, count }));
  }

  async missing(name: string, limit: number): Promise<MissingVersion[]> {
    const found = await this.#each((registry) =>
      this.#analytics.missing(registry, nameIn(registry, name), this.#principal, limit),
    );
    return found
      .flat()
      .toSorted((a, b) => b.requests - a.requests || b.lastAt - a.lastAt)
      .slice(0, limit);
  }

  async top(limit: number): Promise<Pick<TopEntry, 'name' | 'downloads'>[]> {
    const found = await this.#each((registry) => this.#analytics.top(registry, this.#principal, limit));
    const totals = new Map<string, number>();
    for (const { name, downloads } of found.flat()) totals.set(name, (totals.get(name) ?? 0) + downloads);
    return [...totals]
      .map(([name, downloads]) => ({ name, downloads }))
      .toSorted((a, b) => b.downloads - a.downloads || (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async #each<T>(ask: (registry: RegistryRow) => Promise<T | undefined>): Promise<T[]> {
    const answers = await Promise.all(this.#registries.map(ask));
    return answers.filter((answer) => answer !== undefined);
  }
}

/** Zig's packages are found by the name in their manifest too. */
function nameIn({ format }: RegistryRow, name: string): string {
  return format === 'zig' ? lookupName(name) : name;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
