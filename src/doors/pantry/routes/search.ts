import type { FastifyInstance, FastifyRequest } from 'fastify';
import { npmRanges } from '../../../formats/npm/index.ts';
import { readerId } from '../../../policy/index.ts';
import { searchWords, type SearchHit } from '../../../registry/index.ts';
import { gatedHits } from '../../gated-hits.ts';
import { queryText } from '../../query.ts';
import type { PantryDoorOptions } from '../options.ts';
import { words } from '../package-shape.ts';
import { createRemoteSearch, type SearchEntry } from '../remote-search.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;
/** Characters of a query that are looked at. */
const LONGEST_QUERY = 256;

/** `GET /search`: protocols/pantry 2. JSON to whoever asks. */
export function searchRoutes(app: FastifyInstance, options: PantryDoorOptions): void {
  const { catalogue, reader } = options;
  const remoteSearch = createRemoteSearch(options);

  app.get('/search', { config: { limit: 'search' } }, async (request, reply) => {
    const query = (queryText(request, 'q') ?? '').slice(0, LONGEST_QUERY).trim();
    const limit = limitOf(request);
    const principal = await request.principal();
    const { registry } = request;
    const terms = searchWords(query);
    // A text without a letter or digit begins no word.
    const { hits } =
      query !== '' && terms.length === 0
        ? { hits: [] }
        : await catalogue.search({
            words: terms,
            // Nothing comes first for its name: what is downloaded most does.
            typed: '',
            scope: null,
            owner: null,
            keywords: [],
            registryId: registry.id,
            readerId: readerId(principal, registry.name),
            limit,
            offset: 0,
          });
    const shown = await gatedHits({ reader, catalogue, ranges: npmRanges }, registry, hits);
    const results = shown.map(entryOf);
    if (results.length < limit && query !== '') {
      const names = new Set(results.map(({ name }) => name));
      const more = await remoteSearch(registry, query, principal);
      results.push(...more.filter(({ name }) => !names.has(name)).slice(0, limit - results.length));
    }
    // What is found depends on who asks.
    return reply.header('cache-control', 'private, no-cache').send({ results });
  });
}

function entryOf({ name, version, manifest, downloads }: SearchHit): SearchEntry {
  const { description, keywords, author } = words(
    manifest === null ? {} : (JSON.parse(manifest) as Record<string, unknown>),
  );
  return { name, version: version ?? '', description, keywords, author, downloads };
}

function limitOf(request: FastifyRequest): number {
  const limit = Number.parseInt(queryText(request, 'limit') ?? '', 10);
  return Number.isNaN(limit) ? DEFAULT_LIMIT : Math.min(Math.max(limit, 1), MAX_LIMIT);
}
