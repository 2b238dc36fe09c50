import type { FastifyInstance, FastifyRequest } from 'fastify';
import { queryText } from '../../query.ts';
import { createFinder } from '../find-packages.ts';
import type { PantryDoorOptions } from '../options.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;
/** Characters of a query that are looked at. */
const LONGEST_QUERY = 256;

/** `GET /search`: protocols/pantry 2. JSON to whoever asks. */
export function searchRoutes(app: FastifyInstance, options: PantryDoorOptions): void {
  const find = createFinder(options);

  app.get('/search', { config: { limit: 'search' } }, async (request, reply) => {
    const query = (queryText(request, 'q') ?? '').slice(0, LONGEST_QUERY).trim();
    const results = await find(request.registry, query, limitOf(request), await request.principal());
    // What is found depends on who asks.
    return reply.header('cache-control', 'private, no-cache').send({ results });
  });
}

function limitOf(request: FastifyRequest): number {
  const limit = Number.parseInt(queryText(request, 'limit') ?? '', 10);
  return Number.isNaN(limit) ? DEFAULT_LIMIT : Math.min(Math.max(limit, 1), MAX_LIMIT);
}
