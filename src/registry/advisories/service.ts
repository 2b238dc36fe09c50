import { Fault, Turn, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { Severity, StoredAdvisory } from './advisory.ts';
import type { AdvisoryFormat } from './format.ts';
import { concerns } from './concerns.ts';
import { AdvisoryImport, type AdvisoryFile, type ImportOptions, type ImportReport } from './importer.ts';
import type { AdvisoryOn, AdvisoryQuery, AdvisoryStore } from './store.ts';

/** A stored version that an advisory is about. */
export interface AffectedVersion {
  registry: string;
  name: string;
  version: string;
  origin: 'local' | 'upstream';
  advisory: { id: string; source: string; severity: Severity; summary: string };
}

const PAGE = 200;
/** Names in one query. */
const NAMES = 500;

/** What is known, without asking anybody, of versions that should not be used. */
export class Advisories {
  readonly #store: AdvisoryStore;
  readonly #formats: readonly AdvisoryFormat[];
  readonly #clock: Clock;

  constructor(store: AdvisoryStore, formats: readonly AdvisoryFormat[], clock: Clock) {
    this.#store = store;
    this.#formats = formats;
    this.#clock = clock;
  }

  /** See `AdvisoryImport`. */
  async import(files: AsyncIterable<AdvisoryFile>, by: Actor, options: ImportOptions): Promise<ImportReport> {
    return new AdvisoryImport(this.#store, this.#formats, options).run(files, by, this.#clock);
  }

  list(query: AdvisoryQuery): Promise<StoredAdvisory[]> {
    return this.#store.list(query);
  }

  /** The record as each database has it. Fault `not_found`. */
  async show(id: string): Promise<StoredAdvisory[]> {
    const found = await this.#store.find(id);
    if (found.length === 0) throw unknown(id);
    return found;
  }

  /** Forgets a record until it is imported again. Fault `not_found`. */
  async remove(id: string, source: string | null, by: Actor): Promise<void> {
    const event = {
      type: 'advisories.remove',
      at: this.#clock(),
      actor: by,
      registry: null,
      package: null,
      version: null,
      detail: { id, ...(source !== null && { source }) },
    };
    const removed = await this.#store.remove({ ids: [id], source, event });
    if (removed === 0) throw unknown(id);
  }

  /** What there is on any of these versions, by package; `versions` may hold anything. */
  async about(format: string, versions: ReadonlyMap<string, readonly string[]>): Promise<AdvisoryOn[]> {
    const rules = this.#formats.find((each) => each.format === format);
    if (rules === undefined) return [];
    const names = [...versions.keys()];
    const found: AdvisoryOn[] = [];
    const turn = new Turn();
    for (let at = 0; at < names.length; at += NAMES) {
      for (const advisory of await this.#store.about(format, names.slice(at, at + NAMES))) {
        const concerned = versions.get(advisory.name) ?? [];
        if (await concerns(rules, advisory.range, concerned, turn)) found.push(advisory);
      }
    }
    return found;
  }

  /** Every version stored here, owned or pulled, that an advisory is about. */
  async *scan(): AsyncGenerator<AffectedVersion> {
    const turn = new Turn();
    for (let after = 0; ;) {
      const page = await this.#store.advised(after, PAGE);
      for (const { registry, format, name, origin, versions, advisories } of page) {
        const rules = this.#formats.find((each) => each.format === format);
        for (const version of versions) {
          for (const { range, ...advisory } of advisories) {
            if (turn.isOver) await turn.next();
            if (rules?.inRange(version, range)) yield { registry, name, version, origin, advisory };
          }
        }
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.packageId ?? after;
    }
  }
}

function unknown(id: string): Fault {
  return new Fault('not_found', `There is no advisory ${id.slice(0, 100)} here.`);
}
