import { Fault, isFault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import type { Advisory } from './advisory.ts';
import type { AdvisoryFormat } from './format.ts';
import { readOsv, type OsvRecord } from './osv.ts';
import type { AdvisoryStore } from './store.ts';

/** A file of a dump: one record. */
export interface AdvisoryFile {
  name: string;
  /** Faults `archive_invalid`, `too_large` concern this file alone. */
  read(): Promise<Uint8Array>;
}

export interface ImportOptions {
  /** What the operator calls the database. */
  source: string;
  /** What is stored of this database and not in the dump goes. */
  replace: boolean;
  /** Told now and then how many files were read. */
  progress?: (read: number) => void;
}

export interface ImportReport {
  /** Files that were read. */
  read: number;
  /** New or newer than what was stored. */
  stored: number;
  /** Stored before as they are. */
  unchanged: number;
  /** Not about packages of our formats. */
  foreign: number;
  /** Taken away: their database withdrew them. */
  withdrawn: number;
  /** Taken away: not in the dump any more. */
  dropped: number;
  malformed: number;
  /** Of the first malformed ones: file and what is wrong with it. */
  problems: string[];
}

const BATCH = 500;
const MOST_PROBLEMS = 20;
const SOURCE = /^[a-z0-9][a-z0-9._-]{0,49}$/;

/** Reads a dump of the OSV schema once, from front to back, and brings what is stored of its database up to it. */
export class AdvisoryImport {
  readonly #store: AdvisoryStore;
  readonly #formats: readonly AdvisoryFormat[];
  readonly #options: ImportOptions;
  readonly #report: ImportReport = {
    read: 0,
    stored: 0,
    unchanged: 0,
    foreign: 0,
    withdrawn: 0,
    dropped: 0,
    malformed: 0,
    problems: [],
  };
  /** Ids of the dump, where what is not among them is to go. */
  readonly #seen = new Set<string>();
  #advisories: Advisory[] = [];
  #withdrawn: { id: string; modifiedAt: number }[] = [];

  constructor(store: AdvisoryStore, formats: readonly AdvisoryFormat[], options: ImportOptions) {
    if (!SOURCE.test(options.source)) {
      throw new Fault(
        'bad_request',
        'The source of advisories takes 1 to 50 characters from a-z, 0-9, ".", "_" and "-", such as osv.',
      );
    }
    this.#store = store;
    this.#formats = formats;
    this.#options = options;
  }

  /** Faults `archive_invalid`, `archive_too_large` of the dump as a whole; what was read before them stays. */
  async run(files: AsyncIterable<AdvisoryFile>, by: Actor, clock: Clock): Promise<ImportReport> {
    const report = this.#report;
    let whole = false;
    try {
      for await (const file of files) {
        report.read += 1;
        await this.#add(file);
        if (report.read % BATCH === 0) this.#options.progress?.(report.read);
      }
      await this.#flush();
      if (this.#options.replace) await this.#dropOthers();
      whole = true;
    } finally {
      // Also after an end in the middle, and where nothing has changed: an import before this one may have been killed.
      const { problems: _, ...counts } = report;
      const detail = { source: this.#options.source, replace: this.#options.replace, whole, ...counts };
      const place = { registry: null, package: null, version: null };
      await this.#store.announce({ type: 'advisories.import', at: clock(), actor: by, ...place, detail });
    }
    return report;
  }

  async #add(file: AdvisoryFile): Promise<void> {
    let record: OsvRecord;
    try {
      record = readOsv(parse(await file.read()), this.#formats);
    } catch (error) {
      if (!isFault(error) || error.code === 'archive_too_large') throw error;
      this.#complain(file.name, error.message);
      return;
    }
    if (this.#options.replace && record.kind === 'advisory') this.#seen.add(record.advisory.id);
    if (record.kind === 'foreign') this.#report.foreign += 1;
    else if (record.kind === 'withdrawn') this.#withdrawn.push(record);
    else this.#advisories.push(record.advisory);
    if (this.#advisories.length + this.#withdrawn.length >= BATCH) await this.#flush();
  }

  #complain(name: string, sentence: string): void {
    const report = this.#report;
    report.malformed += 1;
    if (report.problems.length < MOST_PROBLEMS)
      report.problems.push(`${name.replace(/\p{Cc}/gu, '?')}: ${sentence}`);
    // Broken is not gone: what is stored under the id that files are named by stays.
    if (this.#options.replace) this.#seen.add(name.replace(/^.*\//, '').replace(/\.json$/, ''));
  }

  async #flush(): Promise<void> {
    const { source } = this.#options;
    const report = this.#report;
    const ids = [...this.#advisories, ...this.#withdrawn].map(({ id }) => id);
    if (ids.length === 0) return;
    const before = await this.#store.modified(source, ids);
    const isNews = ({ id, modifiedAt }: { id: string; modifiedAt: number }) =>
      modifiedAt > (before.get(id) ?? Number.NEGATIVE_INFINITY);
    const news = latest(this.#advisories.filter(isNews));
    report.unchanged += this.#advisories.length - news.length;
    if (news.length > 0) report.stored += await this.#store.put({ source, advisories: news });
    const gone = this.#withdrawn.filter(({ id, modifiedAt }) => modifiedAt >= (before.get(id) ?? Infinity));
    if (gone.length > 0) {
      report.withdrawn += await this.#store.remove({ source, ids: gone.map(({ id }) => id), event: null });
    }
    this.#advisories = [];
    this.#withdrawn = [];
  }

  async #dropOthers(): Promise<void> {
    const { source } = this.#options;
    if (this.#seen.size === 0) {
      throw new Fault(
        'advisory_invalid',
        'There is no advisory in this dump that can be used, so nothing was dropped for it.',
      );
    }
    for (let after = ''; ;) {
      const ids = await this.#store.ids(source, after, BATCH);
      const others = ids.filter((id) => !this.#seen.has(id));
      if (others.length > 0)
        this.#report.dropped += await this.#store.remove({ source, ids: others, event: null });
      if (ids.length < BATCH) return;
      after = ids.at(-1) ?? after;
    }
  }
}

/** Of several records with one id the one modified last. */
function latest(advisories: Advisory[]): Advisory[] {
  const byId = new Map<string, Advisory>();
  for (const advisory of advisories) {
    const other = byId.get(advisory.id);
    if (other === undefined || advisory.modifiedAt > other.modifiedAt) byId.set(advisory.id, advisory);
  }
  return [...byId.values()];
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Fault('advisory_invalid', 'This is no advisory that can be used: it is no JSON.', { cause });
  }
}
