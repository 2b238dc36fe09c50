import { LRUCache } from 'lru-cache';
import type { ReadyDocument } from './document.ts';

/** Bytes of ready documents that one process keeps. */
const CAPACITY = 64 * 1024 * 1024;

interface Entry {
  /** Which state of the source the document shows; any other state makes it useless. */
  state: string;
  document: Promise<ReadyDocument>;
}

/**
 * Ready documents by what was asked for. Whoever asks first for a new state builds it, and all who ask meanwhile wait for the same
 * build. The caller learns the current state from the database, so a cached answer is never an old one.
 */
export class DocumentCache {
  readonly #building = new Map<string, Entry>();
  readonly #ready = new LRUCache<string, { state: string; document: ReadyDocument }>({
    maxSize: CAPACITY,
    sizeCalculation: ({ document }, key) => document.gzip.length + key.length + 200,
  });

  async get(key: string, state: string, build: () => Promise<ReadyDocument>): Promise<ReadyDocument> {
    const ready = this.#ready.get(key);
    if (ready?.state === state) return ready.document;
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
}
