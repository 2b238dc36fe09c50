import { Fault, errnoOf } from '../../../kernel/index.ts';
import type { SqlStore } from '../store.ts';

/** SQLSTATE 53100; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';

/**
 * What says that the server is gone, restarting, closed to us or has no connection left, as opposed to a wrong query:
 * SQLSTATE classes 08 and 57P, 53300 and 55000, or what the network said.
 */
const UNREACHABLE = /^(08|57P|53300|55000|ECONN|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT)/;

/** The operator's affairs as Faults; anything else stays as it is. */
export function databaseFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  const code = errnoOf(error);
  if (code === DISK_FULL) {
    return new Fault('storage_full', 'The disk of the database is full; nothing was stored.', {
      cause: error,
    });
  }
  // The driver's own complaints about a connection that ended or never came have no code.
  const unreachable =
    code === undefined ? /terminated|timeout|not queryable/i.test(String(error)) : UNREACHABLE.test(code);
  return unreachable
    ? new Fault('unavailable', 'The database cannot be reached just now; try again in a moment.', {
        cause: error,
      })
    : error;
}

/** The store with every query and command failing in our words: a database that is down is no fault of the request. */
export function withFaults(store: SqlStore): SqlStore {
  return {
    ...store,
    catalogue: guarded(store.catalogue),
    stagedVersions: guarded(store.stagedVersions),
    rights: guarded(store.rights),
    blocks: guarded(store.blocks),
    packageAccess: guarded(store.packageAccess),
    registrySettings: guarded(store.registrySettings),
    origins: guarded(store.origins),
    previews: guarded(store.previews),
    similarNames: guarded(store.similarNames),
    accounts: guarded(store.accounts),
    secondFactors: guarded(store.secondFactors),
    users: guarded(store.users),
    sessions: guarded(store.sessions),
    links: guarded(store.links),
    organisations: guarded(store.organisations),
    machines: guarded(store.machines),
    signOns: guarded(store.signOns),
    trustedPublishing: guarded(store.trustedPublishing),
    events: guarded(store.events),
    leases: guarded(store.leases),
    deliveries: guarded(store.deliveries),
    knownNetworks: guarded(store.knownNetworks),
    contacts: guarded(store.contacts),
    signingKeys: guarded(store.signingKeys),
    upstreamDocuments: guarded(store.upstreamDocuments),
    upstreamCache: guarded(store.upstreamCache),
    storageUses: guarded(store.storageUses),
  };
}

function guarded<T extends object>(port: T): T {
  const methods = Object.entries(port as Record<string, (...input: unknown[]) => Promise<unknown>>);
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      async (...input: unknown[]) => {
        try {
          return await method(...input);
        } catch (error) {
          throw databaseFault(error);
        }
      },
    ]),
  ) as T;
}
