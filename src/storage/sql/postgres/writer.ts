import type { Kysely } from 'kysely';
import { errnoOf } from '../../../kernel/light/index.ts';
import { Abandon } from '../commands/abandon.ts';
import {
  commands,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type Writer,
} from '../commands/index.ts';
import type { Session } from '../capabilities.ts';
import type { Schema } from '../schema/index.ts';
import { postgresCapabilities } from './capabilities.ts';

/** SQLSTATE codes; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
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
        const state = errnoOf(error);
        if ((state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED) && tries < TRIES) continue;
        throw error;
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
