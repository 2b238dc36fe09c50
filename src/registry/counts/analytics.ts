import type { Principal } from '../../accounts/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Claims } from '../claims.ts';
import type { RegistryRow } from '../ports/index.ts';
import type { Previews } from '../previews/index.ts';
import type { Reader } from '../reader.ts';
import type { DownloadCounter } from './counter.ts';
import { dayOf } from './days.ts';
import type { CountStore, DayCount, Days, MissingVersion, TopEntry, VersionTotal } from './store.ts';

/** Days of a week and a month, today among them: protocols/pantry 5. */
const WEEK = 7;
const MONTH = 30;
/** Entries read at a time: what the claims hide is left out afterwards. */
const PAGE = 200;

export interface AnalyticsParts {
  counts: CountStore;
  downloads: DownloadCounter;
  reader: Pick<Reader, 'known'>;
  previews: Pick<Previews, 'anyOf' | 'reach'>;
  claims: Claims;
  clock: Clock;
  /** Formats whose packages from upstream are addresses: what is mirrored is told to nobody but whoever names it. */
  mirrored: ReadonlySet<string>;
}

export interface NameNumbers {
  total: number;
  /** Of the last 7 and 30 days in UTC, today included. */
  week: number;
  month: number;
  /** Milliseconds; null if nobody knows. */
  lastAt: number | null;
  versions: VersionTotal[];
}

/** The one place where numbers are told from, whatever the door; to nobody who may not see what they are about. */
export class Analytics {
  readonly #parts: AnalyticsParts;

  constructor(parts: AnalyticsParts) {
    this.#parts = parts;
  }

  /** Days since 1970-01-01 that are the last `count` ones, today included, UTC. */
  lastDays(count: number): Days {
    const last = dayOf(this.#parts.clock());
    return { first: last - count + 1, last };
  }

  /** Days with downloads of a name, in order; undefined if whoever asks sees no such name. */
  async days(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    days: Days,
  ): Promise<DayCount[] | undefined> {
    if (!(await this.#sees(registry, name, principal))) return undefined;
    return this.#parts.counts.days(registry.id, name, days);
  }

  /** All downloads of a name, for whom sees it. */
  async total(registry: RegistryRow, name: string): Promise<number> {
    return (await this.#parts.counts.total(registry.id, name))?.downloads ?? 0;
  }

  /** Undefined if whoever asks sees no such name; zeros if it was never downloaded. */
  async of(registry: RegistryRow, name: string, principal: Principal): Promise<NameNumbers | undefined> {
    if (!(await this.#sees(registry, name, principal))) return undefined;
    const { counts } = this.#parts;
    const month = this.lastDays(MONTH);
    const [total, versions, days] = await Promise.all([
      counts.total(registry.id, name),
      counts.versions(registry.id, name),
      counts.days(registry.id, name, month),
    ]);
    return {
      total: total?.downloads ?? 0,
      week: sum(days.filter(({ day }) => day > month.last - WEEK)),
      month: sum(days),
      lastAt: total?.lastAt ?? null,
      versions,
    };
  }

  /** What was asked for of a name and is not there, most first; undefined if whoever asks sees no such name. */
  async missing(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    limit: number,
  ): Promise<MissingVersion[] | undefined> {
    if (!(await this.#sees(registry, name, principal))) return undefined;
    return this.#parts.counts.missing(registry.id, name, limit);
  }

  /** Notes that whoever asks wanted a version that is not there; nothing if they see no such name. */
  async missed(registry: RegistryRow, name: string, principal: Principal, version: string): Promise<void> {
    if (!(await this.#sees(registry, name, principal))) return;
    this.#parts.downloads.missed(registry.id, name, version);
  }

  /** What is downloaded most of what whoever asks may see. */
  async top(registry: RegistryRow, principal: Principal, limit: number): Promise<TopEntry[]> {
    const { counts, previews, claims, mirrored } = this.#parts;
    const { reader, goneUntil, policyRevision } = await previews.reach(registry, principal);
    const found: TopEntry[] = [];
    for (let after: TopEntry | null = null; ;) {
      const page: TopEntry[] = await counts.top({
        registryId: registry.id,
        reader,
        goneUntil,
        after,
        limit: PAGE,
      });
      for (const entry of page) {
        // What is stored of an upstream's package shows no more once its name is claimed.
        const isOver =
          entry.origin === 'upstream' &&
          (mirrored.has(registry.format) || (await claims.on(registry, entry.name, policyRevision)));
        if (!isOver) found.push(entry);
        if (found.length === limit) return found;
      }
      after = page.at(-1) ?? null;
      if (page.length < PAGE || after === null) return found;
    }
  }

  /** Days with downloads of anything in a registry: for its operators, for it tells of what is hidden too. */
  registryDays(registry: RegistryRow, days: Days): Promise<DayCount[]> {
    return this.#parts.counts.registryDays(registry.id, days);
  }

  async #sees(registry: RegistryRow, name: string, principal: Principal): Promise<boolean> {
    const { reader, previews, mirrored } = this.#parts;
    const head = await reader.known(registry, name, principal);
    const isMirrored = head?.origin === 'upstream' && mirrored.has(registry.format);
    return (head !== undefined && !isMirrored) || previews.anyOf(registry, name, principal);
  }
}

function sum(days: DayCount[]): number {
  return days.reduce((total, { count }) => total + count, 0);
}
