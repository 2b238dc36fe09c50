import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/index.ts';

const MOST = 1000;
/** Milliseconds. */
const LIFE = 300_000;

/**
 * Pairs of a stored hash and a password that argon2 has found to fit, so that a client that sends its password with every
 * request (RFC 7617) pays for argon2 once. A pair is kept as a digest under a key of this process: memory gives no
 * password away. Whoever asks reads the stored hash anew each time, so that a changed password is another pair.
 */
export class VerifiedPasswords {
  readonly #key = randomBytes(32);
  readonly #pairs: LRUCache<string, true>;

  constructor(clock: Clock) {
    this.#pairs = new LRUCache({ max: MOST, ttl: LIFE, ttlResolution: 0, perf: { now: clock } });
  }

  has(storedHash: string, password: string): boolean {
    return this.#pairs.has(this.#digest(storedHash, password));
  }

  add(storedHash: string, password: string): void {
    this.#pairs.set(this.#digest(storedHash, password), true);
  }

  /** A stored hash holds no NUL, so no two pairs read the same. */
  #digest(storedHash: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${storedHash}\0${password}`).digest('base64');
  }
}
