import { randomUUID } from 'node:crypto';
import { killLeftovers } from './leftovers.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

/** Projects run their set-up one after another in one process, each with modules of its own: they share by this. */
interface Shared {
  users: number;
  server: PostgresServer | undefined;
}
declare global {
  var kontorTestShared: Shared | undefined;
}

/**
 * Before the first contract or system test: a PostgreSQL server for all of them (`KONTOR_TEST_POSTGRES`; a URL that
 * is already there is used as it is), and a mark for child processes. After the last: stops what is still there.
 */
export async function setup(): Promise<void> {
  const shared = (globalThis.kontorTestShared ??= { users: 0, server: undefined });
  shared.users += 1;
  if (shared.users > 1) return;
  process.env['KONTOR_TEST_RUN'] = randomUUID();
  if (process.env['KONTOR_TEST_POSTGRES']) return;
  try {
    shared.server = await startPostgres();
    process.env['KONTOR_TEST_POSTGRES'] = shared.server.url;
    process.stdout.write(`PostgreSQL for the tests: ${shared.server.version}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env['CI']) throw new Error(`The tests need PostgreSQL: ${reason}`, { cause: error });
    process.stdout.write(`\n!!! SKIPPED: every test that needs PostgreSQL. ${reason}\n\n`);
  }
}

export async function teardown(): Promise<void> {
  const shared = globalThis.kontorTestShared;
  if (!shared) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  killLeftovers();
  if (!shared.server) return;
  await shared.server.stop();
  shared.server = undefined;
  delete process.env['KONTOR_TEST_POSTGRES'];
}
