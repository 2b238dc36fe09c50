import type { RegistryRow } from './rows.ts';

/** A registry elsewhere that fills gaps in one of ours, and how it is asked. Holds a secret: never log or show it whole. */
export interface UpstreamSettings {
  /** What people call it; unique in its registry. */
  name: string;
  /** Base URL, http or https. Trusted as typed, whatever its address is. */
  url: string;
  /**
   * Patterns (see `matchesName`) of the names that it has; other upstreams are not asked for these. Empty: it may have any name,
   * and those behind it in the list are asked for what it does not have.
   */
  names: string[];
  /** Value of the `Authorization` header, sent to its own origin only; null: as the client's own configuration says for its URL. */
  authorization: string | null;
  timeouts: UpstreamTimeouts;
  /** For how long what it said is given without asking again, milliseconds. */
  freshness: number;
  /** For how long its "not found" is, milliseconds. */
  missingFreshness: number;
  /** How long a client who could be given a stored copy waits for a newer one, milliseconds. */
  patience: number;
  /** Other hosts that its redirects and documents may lead to: `host`, `host:port` or `*.domain`. */
  allowHosts: string[];
  /** May those be private or loopback addresses? */
  allowPrivate: boolean;
}

/** How long an upstream may take, each in milliseconds. */
export interface UpstreamTimeouts {
  /** To connect, TLS included. */
  connect: number;
  /** From the request to the response's headers. */
  headers: number;
  /** Between two pieces of a body. */
  idle: number;
  /** For a whole document: one that drips forever must not hold up everybody who waits for it. */
  document: number;
  /** For a whole file, likewise. */
  artifact: number;
}

/** What a registry lets in from elsewhere. */
export interface RegistryPolicy {
  /** In the order in which they are asked. */
  upstreams: UpstreamSettings[];
  /** No upstream is asked for anything; what is stored is served. */
  offline: boolean;
  /** Patterns of names that are ours although nothing was published under them yet. */
  claims: string[];
  /** A name that an upstream has may only be published here if it was claimed. */
  requireClaim: boolean;
  /** Versions that an upstream lists no longer: gone here too, or kept where they are stored. */
  vanished: 'hide' | 'keep';
  /** Versions that an imported advisory calls malicious are blocked, whoever published them. */
  blockMalicious: boolean;
  cooldown: {
    /** Versions that an upstream published later than so many hours ago are hidden; 0: none. */
    hours: number;
    /** Patterns of names, or `name@range`, that it does not touch. */
    exempt: string[];
  };
}

/** What each registry lets in, as it was set. */
export interface Policies {
  /**
   * The registry's policy in the state that `revision` (see `Sight.policyRevision`) stands for; asks the database only when that
   * has changed.
   */
  of(registry: RegistryRow, revision: number): Promise<RegistryPolicy>;
}
