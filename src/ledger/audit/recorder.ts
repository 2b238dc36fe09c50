import type { Clock } from '../../kernel/index.ts';
import { theServer, type Actor } from '../actor.ts';
import type { NewEvent } from '../events.ts';
import type { AuditStore } from './store.ts';

/** Something that was asked for, and what became of it. */
export interface Observed {
  /** `user.login`, `package.publish`, `request.read`, …. */
  type: string;
  actor: Actor;
  registry: string | null;
  package: string | null;
  version: string | null;
  /** JSON values only; requests with the same are the same. */
  detail: Record<string, unknown>;
}

export interface AuditRecorderOptions {
  store: Pick<AuditStore, 'append'>;
  clock: Clock;
}

/** Different refusals that are kept from one write to the next; more are only counted. */
const MOST_DIFFERENT = 1_000;
/** Reads that may wait to be written; more are only counted. */
const MOST_READS = 20_000;
/** Events of one write. */
const BATCH = 500;
/** Refusals that may be written at once, and how many more each second: a flood must not fill the disk. */
const BURST = 1_000;
const PER_SECOND = 20;

interface Counted {
  event: NewEvent;
  count: number;
  last: number;
}

/**
 * Collects refusals, and reads where they are wanted, and writes them in batches, outside of any other transaction. Equal
 * refusals become one event that counts them. What is too much is counted in an event `audit.more`.
 */
export class AuditRecorder {
  readonly #store: Pick<AuditStore, 'append'>;
  readonly #clock: Clock;
  #refusals = new Map<string, Counted>();
  #reads: NewEvent[] = [];
  /** Refusals that were only counted, by the code of their detail. */
  #onlyCounted = new Map<string, number>();
  #lostReads = 0;
  #unwritten: NewEvent[] = [];
  #allowance = BURST;
  #lastFlush: number;
  #flushing: Promise<void> | undefined;

  constructor({ store, clock }: AuditRecorderOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#lastFlush = clock();
  }

  refused(what: Observed): void {
    const key = JSON.stringify(what);
    const known = this.#refusals.get(key);
    const at = this.#clock();
    if (known) {
      known.count += 1;
      known.last = at;
    } else if (this.#refusals.size < MOST_DIFFERENT) {
      this.#refusals.set(key, { event: { ...what, at, result: 'refused' }, count: 1, last: at });
    } else this.#onlyCount(what, 1);
  }

  read(what: Observed): void {
    if (this.#reads.length < MOST_READS) this.#reads.push({ ...what, at: this.#clock() });
    else this.#lostReads += 1;
  }

  /** Writes what has been collected. Rejects if the store does not take it; it is kept for the next time. */
  flush(): Promise<void> {
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#unwritten.length === 0) this.#unwritten = this.#take();
    while (this.#unwritten.length > 0) {
      await this.#store.append(this.#unwritten.slice(0, BATCH));
      this.#unwritten = this.#unwritten.slice(BATCH);
    }
  }

  #take(): NewEvent[] {
    const now = this.#clock();
    const earned = ((now - this.#lastFlush) / 1000) * PER_SECOND;
    this.#allowance = Math.min(BURST, this.#allowance + Math.max(0, earned));
    this.#lastFlush = now;
    const events: NewEvent[] = [];
    for (const { event, count, last } of this.#refusals.values()) {
      if (this.#allowance < 1) this.#onlyCount(event, count);
      else {
        this.#allowance -= 1;
        events.push(count === 1 ? event : { ...event, detail: { ...event.detail, count, last } });
      }
    }
    events.push(...this.#reads, ...this.#rest(now));
    this.#refusals = new Map();
    this.#reads = [];
    this.#onlyCounted = new Map();
    this.#lostReads = 0;
    return events;
  }

  #rest(at: number): NewEvent[] {
    if (this.#onlyCounted.size === 0 && this.#lostReads === 0) return [];
    const detail = { refusals: Object.fromEntries(this.#onlyCounted), reads: this.#lostReads };
    const place = { registry: null, package: null, version: null };
    return [{ type: 'audit.more', at, actor: theServer, ...place, result: 'refused', detail }];
  }

  #onlyCount({ detail }: Pick<Observed, 'detail'>, count: number): void {
    const code = String(detail['code']);
    this.#onlyCounted.set(code, (this.#onlyCounted.get(code) ?? 0) + count);
  }
}
