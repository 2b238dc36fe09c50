import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kernel/index.ts';
import type { ReadyDocument, RefusedDocument } from './document.ts';

/** Bytes of ready documents that one process keeps. */
const CAPACITY = 64 * 1024 * 1024;

type Built = ReadyDocument | RefusedDocument;

interface Entry {
  /** Which state of the source the document shows; any other state makes it useless. */
  state: string;
  document: Promise<Built>;
}

/**
 * Ready documents by what was asked for. Whoever asks first for a new state builds it, and all who ask meanwhile wait for the same
 * build. The caller learns the current state from the database, so a cached answer is never an old one.
 */
export class DocumentCache {
  readonly #clock: Clock;
  readonly #building = new Map<string, Entry>();
  readonly #ready = new LRUCache<string, { state: string; document: Built }>({
    maxSize: CAPACITY,
    sizeCalculation: ({ document }, key) =>
      ('gzip' in document ? document.gzip.length : 0) + key.length + 200,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string, state: string, build: () => Promise<Built>): Promise<Built> {
    const ready = this.#ready.get(key);
    if (ready?.state === state && this.#isValid(ready.document)) return ready.document;
    const building = this.#building.get(key);
    if (building?.state === state) return building.document;
    const entry: Entry = { state, document: build() };
    this.#building.set(key, entry);
    try {
      const document = await entry.document;
      this.#ready.set(key, { state, document });
      return document;
    } finally {
      if (this.#building.get(key) === entry) this.#building.delete(key);
    }
  }

  #isValid({ validUntil }: Built): boolean {
    return validUntil === null || this.#clock() < validUntil;
  }
}
