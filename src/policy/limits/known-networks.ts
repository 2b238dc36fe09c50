/** Where users have logged in from: whoever guesses at their passwords elsewhere must not keep them out there. */
export interface KnownNetworks {
  /** When this user last logged in from this network, milliseconds since the epoch; undefined: not in living memory. */
  lastLogin(userId: number, network: string): Promise<number | undefined>;
  /** Notes a log-in. A user has at most `most` networks: those of the longest ago go. */
  remember(login: { userId: number; network: string; at: number; most: number }): Promise<void>;
}
