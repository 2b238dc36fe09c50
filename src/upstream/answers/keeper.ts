import type { AnswerStore, StoredAnswer } from './store.ts';

const DAY = 86_400_000;
/** Answers older than this help nobody, milliseconds. */
const LONGEST = 30 * DAY;
/** Bytes of all answers together. */
const MOST_BYTES = 256 * 1024 * 1024;
/** After so many new bytes it is time to forget old ones. */
const PRUNE_EVERY = 16 * 1024 * 1024;
/** What a row takes besides its text, about. */
const ROW = 200;
/** Rows of one query. */
const ROWS = 500;

/** Keeps answers, as many as there is room for. */
export class AnswerKeeper {
  readonly #store: AnswerStore;
  /** Since old ones were last forgotten; the first answer after a start makes room too. */
  #written = PRUNE_EVERY;

  constructor(store: AnswerStore) {
    this.#store = store;
  }

  async get(registryId: number, upstream: string, keys: string[]): Promise<Map<string, StoredAnswer>> {
    const found = new Map<string, StoredAnswer>();
    for (let at = 0; at < keys.length; at += ROWS) {
      const answers = await this.#store.get(registryId, upstream, keys.slice(at, at + ROWS));
      for (const answer of answers) found.set(answer.key, answer);
    }
    return found;
  }

  async put(answers: StoredAnswer[], now: number): Promise<void> {
    for (let at = 0; at < answers.length; at += ROWS) await this.#store.put(answers.slice(at, at + ROWS));
    this.#written += answers.reduce((sum, { body }) => sum + ROW + (body?.length ?? 0), 0);
    if (this.#written < PRUNE_EVERY) return;
    this.#written = 0;
    await this.#store.prune({ before: now - LONGEST, mostBytes: MOST_BYTES });
  }

  /** The upstreams that stored documents of these names are from, by base URL. */
  async sources(registryId: number, names: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let at = 0; at < names.length; at += ROWS) {
      const sources = await this.#store.sources(registryId, names.slice(at, at + ROWS));
      for (const [name, upstream] of sources) found.set(name, upstream);
    }
    return found;
  }
}

/** A check that lies in the future was made by a clock that has been set back since: it counts for nothing. */
export function isFresh({ checkedAt }: StoredAnswer, freshness: number, now: number): boolean {
  return now >= checkedAt && now < checkedAt + freshness;
}
