/** An attempt to get in with something that could be guessed. */
export interface Guess {
  /** The user's id; for a name that nobody has, what was typed: both are slowed alike. */
  account: number | string;
  /** The client's address as the edge knows it; null for the server itself, which is never slowed. */
  address: string | null;
}

/** Slows whoever guesses. */
export interface GuessGuard {
  /**
   * Runs `compare`, which tells whether the secret was right, unless account or address must wait: then Fault `rate_limited`
   * and nothing is compared. A wrong secret makes the next wait longer, a right one ends it. What `compare` throws counts
   * as neither.
   */
  guess(guess: Guess, compare: () => Promise<boolean>): Promise<boolean>;
  /** Counts a new account for the address. Fault `rate_limited` if it makes too many. */
  admitRegistration(address: string | null): Promise<void>;
}

/** For stores that are open without a server. */
export const noGuard: GuessGuard = {
  guess: (_guess, compare) => compare(),
  admitRegistration: () => Promise.resolve(),
};
