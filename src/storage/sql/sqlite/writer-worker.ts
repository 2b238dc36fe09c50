import { parentPort, workerData } from 'node:worker_threads';
import { commands } from '../commands/index.ts';
import { Abandon } from '../commands/abandon.ts';
import type { Session } from '../capabilities.ts';
import { sqliteCapabilities } from './capabilities.ts';
import { kyselyOn, openDatabase } from './connection.ts';
import { toWire, type Reply, type Request } from './protocol.ts';

/**
 * The one writer of a SQLite store. Commands that arrive while a commit is under way share the next one: each has its
 * savepoint, so that a refused command takes nothing of its neighbours with it, and all share one durable COMMIT.
 */
const port = parentPort;
if (port === null) throw new Error('writer-worker runs as a worker thread');

const database = openDatabase((workerData as { path: string }).path);
const session: Session = { db: kyselyOn(database), capabilities: sqliteCapabilities };

/** Bounds the time that a batch holds the write lock, which admin commands beside the server wait for. */
const LONGEST_BATCH = 256;

const queue: Request[] = [];
let busy = false;

port.on('message', (request: Request | 'close') => {
  if (request === 'close') {
    database.close();
    port.close();
    return;
  }
  queue.push(request);
  if (!busy) {
    busy = true;
    setImmediate(() => void drain());
  }
});

async function drain(): Promise<void> {
  for (const reply of await commit(queue.splice(0, LONGEST_BATCH))) port?.postMessage(reply);
  if (queue.length > 0) {
    setImmediate(() => void drain());
  } else {
    busy = false;
  }
}

async function commit(batch: Request[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  try {
    database.exec('begin immediate');
    for (const request of batch) replies.push(await runInSavepoint(request));
    database.exec('commit');
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return batch.map(({ id }) => ({ id, error: toWire(error) }));
  }
}

async function runInSavepoint({ id, name, input }: Request): Promise<Reply> {
  database.exec('savepoint command');
  try {
    const value = await commands[name](session, input as never);
    database.exec('release command');
    return { id, value };
  } catch (error) {
    // A full disk may have rolled back the whole transaction: then every neighbour must hear of it.
    if (!database.isTransaction) throw error;
    database.exec('rollback to command');
    database.exec('release command');
    return error instanceof Abandon ? { id, value: error.value } : { id, error: toWire(error) };
  }
}
