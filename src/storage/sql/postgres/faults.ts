import { Fault, errnoOf } from '../../../kernel/light/index.ts';

interface Ports {
  ping(): Promise<void>;
}

/** SQLSTATE 53100; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';

/**
 * What says that the server is gone, restarting, closed to us or has no connection left, as opposed to a wrong query:
 * SQLSTATE classes 08 and 57P, 53300 and 55000, or what the network or a socket that is closed already said.
 */
const UNREACHABLE = /^(08|57P|53300|55000|ECONN|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT|ERR_STREAM_)/;

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

/**
 * A store whose ports and `ping` fail in our words: a database that is down is no fault of the request. It takes every port,
 * whatever its name, for one that was left out would answer 500 where all others answer 503.
 */
export function withFaults<S extends Ports>(store: S): S {
  const parts = Object.entries(store).map(([name, part]) => [
    name,
    typeof part === 'object' && part !== null ? guarded(part) : part,
  ]);
  return { ...(Object.fromEntries(parts) as S), ...guarded({ ping: store.ping }) };
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
