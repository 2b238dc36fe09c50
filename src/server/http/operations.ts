import type { FastifyInstance } from 'fastify';
import type { SqlStore } from '../../storage/sql/index.ts';

export interface OperationsOptions {
  version: string;
  store: SqlStore;
  /** True once start-up is done and until shutdown begins. */
  isReady(): boolean;
}

/** Whoever watches must not be sent away by a flood that comes through the same proxy. */
const UNCOUNTED = { config: { limit: 'none' } } as const;

/** What operators and balancers ask: does the process live, and may it be sent traffic? */
export function addOperations(app: FastifyInstance, { version, store, isReady }: OperationsOptions): void {
  app.get('/health', UNCOUNTED, () => ({ status: 'ok', version }));

  app.get('/ready', UNCOUNTED, async (_request, reply) => {
    const problem = isReady() ? await unreachable(store) : 'starting or stopping';
    if (problem !== undefined) reply.code(503);
    return problem === undefined ? { status: 'ready' } : { status: 'not ready', reason: problem };
  });
}

async function unreachable(store: SqlStore): Promise<string | undefined> {
  try {
    await store.ping();
    return undefined;
  } catch {
    return 'the database does not answer';
  }
}
