import type { Kysely } from 'kysely';
import { Fault, errnoOf } from '../../../kernel/index.ts';
import { Abandon } from '../commands/abandon.ts';
import {
  commands,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type Writer,
} from '../commands/index.ts';
import type { Session } from '../capabilities.ts';
import type { Schema } from '../schema.ts';
import { postgresCapabilities } from './capabilities.ts';

/** SQLSTATE codes; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const DISK_FULL = '53100';
const TRIES = 5;

/** Runs each command in a transaction of its own; replicas meet in the row locks. */
export class PostgresWriter implements Writer {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#attempt(name, input);
      } catch (error) {
        if (error instanceof Abandon) return error.value as CommandOutput<N>;
        if (error instanceof Fault) throw error;
        const state = errnoOf(error);
        if ((state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED) && tries < TRIES) continue;
        throw databaseFault(error, state);
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #attempt<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    // The table of commands is a union of functions, which TypeScript cannot narrow by a type parameter.
    const command = commands[name] as (session: Session, value: CommandInput<N>) => Promise<CommandOutput<N>>;
    return this.#db.transaction().execute((db) => command({ db, capabilities: postgresCapabilities }, input));
  }
}

/** A broken connection, a shutdown or a full disk is the operator's affair; anything else stays as it is. */
function databaseFault(error: unknown, state: string | undefined): unknown {
  if (state === DISK_FULL) {
    return new Fault('storage_full', 'The disk of the database is full; nothing was stored.', {
      cause: error,
    });
  }
  const unreachable =
    state === undefined
      ? /terminated|timeout/i.test(String(error))
      : /^(08|57P|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/.test(state);
  return unreachable
    ? new Fault('unavailable', 'The database cannot be reached; nothing was stored. Try again in a moment.', {
        cause: error,
      })
    : error;
}
