import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../../kernel/light/index.ts';

/**
 * Holds a SQLite store for one server. The lock is a file lock of the kernel (BEGIN EXCLUSIVE on a database of its own), which a killed
 * process cannot leave behind. Fault `unavailable` if another server has it.
 */
export function lockStore(path: string): { release(): void } {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    throw new Fault(
      'unavailable',
      'Another Kontor server runs on this SQLite store. Stop it first, or set KONTOR_DATABASE to a postgresql: URL to run several.',
      { cause: error },
    );
  }
  return { release: () => database.close() };
}
