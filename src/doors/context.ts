import type { FastifyPluginAsync } from 'fastify';
import type { Principal } from '../accounts/index.ts';
import type { Limit, LimitClass } from '../policy/index.ts';
import type { RegistryRow } from '../registry/index.ts';

export interface Place {
  route?: string | undefined;
  registry?: string | undefined;
  package?: string | undefined;
  version?: string | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What requests to this route count as; by default a read or a write, as the method says. `none`: they do not count. */
    limit?: LimitClass | 'none';
  }
  interface FastifyRequest {
    /** Where the client is, behind trusted proxies too; an IPv4 address never as a mapped one. */
    readonly clientAddress: string;
    /** The registry that the path named; set by the edge before a door's handler runs. */
    registry: RegistryRow;
    /** The door that it came in by; set with `registry`. */
    door: Door;
    /** Absolute URL of the door on this registry without a final slash: what every URL of an answer begins with. */
    base: string;
    /** What the database said of its changes before anything was read for this request; kept if it came with credentials. */
    changes: number | undefined;
    /** Set by a handler whose answer may be given again without asking it. */
    repeatable: Repeatable | undefined;
    /**
     * Who asks. Fault `token_invalid` if credentials were sent and are no good; `password_insufficient` for a password where there
     * is a second factor; `second_factor_due` for whom one is demanded of and who has none, unless the route is where they get one:
     * `enrolling`.
     */
    principal(options?: { enrolling: boolean }): Promise<Principal>;
    /** The answer of `principal`, once something has asked. */
    asked: Promise<Principal> | undefined;
    /** What the request is about, for the record, where its path does not say it. */
    place: Place | undefined;
  }
  interface FastifyContextConfig {
    /** The type of event under which a refusal is recorded; else `request.read` or `request.write`. */
    audit?: string;
  }
}

/**
 * An answer that the edge may give again, byte for byte, to whoever sends the same request: see `server/http/express-lane.ts`
 * for what makes two requests the same. It depends on nothing but the request and what the database holds.
 */
export interface Repeatable {
  /** True as long as it is the right answer to somebody without credentials. Must be quick. */
  holds: () => boolean;
  /** Until when it may be, whatever `holds` says, milliseconds since 1970: it changes by itself then. */
  until?: number;
  /** The body of the answer, if it has one. Whoever made it decides for how long it is kept. */
  body: Buffer;
  /** Told of every repetition. */
  onRepeat?: () => void;
}

/** A wire protocol onto the registries of one format, as the edge mounts it. */
export interface Door {
  /** Unique among doors. */
  name: string;
  format: string;
  /**
   * Set for a further door beside the one of its format: it stands at `/<name>/`, and leads to one registry. Left out: it stands at the
   * path of each registry of its format.
   */
  onto?: { registry: string };
  /** Set for a door whose clients ask for paths at the root of the server too: they lead to this registry. */
  atRoot?: {
    registry: string;
    /**
     * Is the path one of them, and does no other protocol ask for it? Paths begin with a slash, and are still percent-encoded. Among the
     * doors that share a path, decisions/0025 decides.
     */
    takes: (path: string, method: string) => 'alone' | 'shared' | undefined;
    /** The package that a shared path is about; undefined if it is about none, or none of this door's can be called so. */
    nameIn: (path: string) => string | undefined;
  };
  /**
   * Brings the raw path behind the registry's (or the door's) name into the one form that the door's routes are written for. It begins
   * with a slash and is still percent-encoded.
   */
  canonicalPath(path: string): string;
  /** Limits that this door's clients know from the server that they were made for; they count beside the general ones. */
  limits?: Partial<Record<LimitClass, Limit>>;
  /** Routes at the root of the server, for clients that leave the registry's path out; requests carry `base` and `principal`. */
  rootRoutes?: FastifyPluginAsync;
  /** Routes below the registry's root; requests carry `registry`, `base` and `principal`. */
  routes: FastifyPluginAsync;
}
