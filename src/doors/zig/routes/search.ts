import type { FastifyInstance } from 'fastify';
import { zigRanges } from '../../../formats/zig/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { readerId } from '../../../policy/index.ts';
import { searchWords } from '../../../registry/index.ts';
import { gatedHits } from '../../gated-hits.ts';
import { queryNumber, queryText } from '../../query.ts';
import type { ZigDoorOptions } from '../options.ts';
import { releaseOf } from '../shapes.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;
/** Characters. */
const LONGEST_QUERY = 256;

/** Search: protocols/pantry 4. */
export function searchRoutes(app: FastifyInstance, { catalogue, reader }: ZigDoorOptions): void {
  app.get('/search', { config: { limit: 'search' } }, async (request, reply) => {
    const text = (queryText(request, 'q') ?? '').trim();
    if (text.length > LONGEST_QUERY) throw new Fault('bad_request', 'Search query too long');
    const limit = Math.min(queryNumber(request, 'limit', DEFAULT_LIMIT) || DEFAULT_LIMIT, MAX_LIMIT);
    const principal = await request.principal();
    const words = [...new Set(searchWords(text))];
    // Signs alone are in no word.
    const { hits } =
      text !== '' && words.length === 0
        ? { hits: [] }
        : await catalogue.search({
            registryId: request.registry.id,
            words,
            typed: text.replaceAll('_', '-'),
            scope: null,
            owner: null,
            keywords: [],
            readerId: readerId(principal, request.registry.name),
            limit,
            offset: 0,
          });
    const shown = await gatedHits({ reader, catalogue, ranges: zigRanges }, request.registry, hits);
    const results = shown.map(({ name, version, manifest }) => ({
      name,
      version,
      description: manifest === null ? undefined : releaseOf({ manifest }).description,
    }));
    // What is found depends on who asks.
    return reply.header('cache-control', 'private, no-cache').send({ results });
  });
}
