/** What requests are counted as. */
export type LimitClass = 'read' | 'write' | 'publish' | 'search' | 'login' | 'registration';

/** A token bucket: `count` at once, refilled evenly, so that `count` come every `per` milliseconds. */
export interface Limit {
  count: number;
  per: number;
}

/** The limit of a class; undefined: none. */
export type Limits = { readonly [C in LimitClass]: Limit | undefined };

const MINUTE = 60_000;

/**
 * No person and no package manager meets these: an install of 2,000 packages asks 4,000 times. Addresses stand for whole
 * offices. A flood meets them, and so does whoever makes accounts by the dozen.
 */
export const defaultLimits = {
  read: { count: 60_000, per: MINUTE },
  write: { count: 6_000, per: 10 * MINUTE },
  publish: { count: 3_000, per: 10 * MINUTE },
  search: { count: 300, per: MINUTE },
  login: { count: 300, per: 10 * MINUTE },
  registration: { count: 30, per: 60 * MINUTE },
} as const satisfies Limits;

/** Wrong passwords and codes that one address may send, whatever account they are for. */
export const wrongGuesses: Limit = { count: 60, per: 10 * MINUTE };
