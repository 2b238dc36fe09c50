import { Fault } from '../../../kernel/light/index.ts';
import { errorToWire, type WireError } from '../../../kernel/threads/index.ts';
import type { CommandName } from '../commands/index.ts';

/** What the server's thread sends to the writer thread. */
export interface Request {
  id: number;
  name: CommandName;
  input: unknown;
}

/** What comes back, once the commit that holds the command is durable. */
export type Reply = { id: number; value: unknown } | { id: number; error: WireError };

/** As `errorToWire`, with SQLite's complaints that are the operator's affair as Faults. */
export function toWire(error: unknown): WireError {
  return errorToWire(sqliteFault(error) ?? error);
}

/** Primary result codes of SQLite that are the operator's affair; https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

function sqliteFault(error: unknown): Fault | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  switch (error.errcode & 0xff) {
    case SQLITE_BUSY:
      return new Fault('unavailable', 'Another process is writing to the database; try again in a moment.', {
        cause: error,
      });
    case SQLITE_FULL:
      return new Fault('storage_full', 'The disk of the database is full; nothing was stored.', {
        cause: error,
      });
    default:
      return undefined;
  }
}
