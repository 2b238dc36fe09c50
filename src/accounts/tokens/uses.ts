import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/index.ts';
import type { TokenStore } from './store.ts';

/** Uses within this time of the last one that was noted add nothing, milliseconds. */
const FINEST = 60_000;
/** Tokens whose last use is remembered. A forgotten one is written once more than it needs to be. */
const MOST = 10_000;

/**
 * Notes in memory when tokens were used and reports it in batches, so that no request waits for a write. What was not reported
 * yet is lost in a crash.
 */
export class TokenUses {
  readonly #store: Pick<TokenStore, 'recordTokenUses'>;
  readonly #clock: Clock;
  readonly #noted = new LRUCache<number, number>({ max: MOST });
  #pending = new Map<number, number>();

  constructor(store: Pick<TokenStore, 'recordTokenUses'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  note(tokenId: number): void {
    const now = this.#clock();
    const noted = this.#noted.get(tokenId);
    if (noted !== undefined && now - noted < FINEST) return;
    this.#noted.set(tokenId, now);
    this.#pending.set(tokenId, now);
  }

  async flush(): Promise<void> {
    if (this.#pending.size === 0) return;
    const batch = this.#pending;
    this.#pending = new Map();
    try {
      await this.#store.recordTokenUses([...batch].map(([tokenId, at]) => ({ tokenId, at })));
    } catch (error) {
      this.#pending = new Map([...batch, ...this.#pending]);
      throw error;
    }
  }
}
