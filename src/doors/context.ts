import type { FastifyPluginAsync } from 'fastify';
import type { Principal } from '../accounts/index.ts';
import type { Limit, LimitClass } from '../policy/index.ts';
import type { RegistryRow } from '../registry/index.ts';

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
    /** Absolute URL of this registry without a final slash: what every URL of an answer begins with. */
    base: string;
    /** Who asks. Fault `token_invalid` if credentials were sent and are no good. */
    principal(): Promise<Principal>;
  }
}

/** A wire protocol onto the registries of one format, as the edge mounts it. */
export interface Door {
  format: string;
  /**
   * Brings the raw path behind the registry's name into the one form that the door's routes are written for. It begins with a
   * slash and is still percent-encoded.
   */
  canonicalPath(path: string): string;
  /** Limits that this door's clients know from the server that they were made for; they count beside the general ones. */
  limits?: Partial<Record<LimitClass, Limit>>;
  /** Routes below the registry's root; requests carry `registry`, `base` and `principal`. */
  routes: FastifyPluginAsync;
}
