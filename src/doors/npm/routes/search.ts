import type { FastifyInstance } from 'fastify';
import { npmRanges } from '../../../formats/npm/index.ts';
import { Fault, isoTime, systemClock } from '../../../kernel/index.ts';
import { readerId } from '../../../policy/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { queryNumber, queryText } from '../../query.ts';
import { searchEntry } from '../search/entry.ts';
import { gatedHits } from '../../gated-hits.ts';
import { readSearchText } from '../search/text.ts';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 250;
/** Characters. */
const LONGEST_TEXT = 250;

/** `npm search`: protocols/npm 5. Finds what was published here; an upstream is not searched. */
export function searchRoutes(app: FastifyInstance, { catalogue, reader }: NpmDoorOptions): void {
  app.get('/-/v1/search', { config: { limit: 'search' } }, async (request, reply) => {
    const text = queryText(request, 'text') ?? '';
    if (text.length > LONGEST_TEXT) {
      throw new Fault('bad_request', `A search text may have ${LONGEST_TEXT} characters; search for less.`);
    }
    const terms = readSearchText(text);
    const limit = Math.min(queryNumber(request, 'size', DEFAULT_SIZE), MAX_SIZE);
    const offset = queryNumber(request, 'from', 0);
    const principal = await request.principal();
    const { total, hits } = terms
      ? await catalogue.search({
          ...terms,
          typed: text.trim(),
          registryId: request.registry.id,
          readerId: readerId(principal, request.registry.name),
          limit,
          offset,
        })
      : { total: 0, hits: [] };
    const shown = await gatedHits({ reader, catalogue, ranges: npmRanges }, request.registry, hits);
    const objects = shown.map((hit) => searchEntry(hit, request.base));
    // What is found depends on who asks.
    return reply
      .header('cache-control', 'private, no-cache')
      .send({ objects, total, time: isoTime(systemClock()) });
  });
}
