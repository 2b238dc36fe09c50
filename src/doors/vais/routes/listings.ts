import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { vaisRanges } from '../../../formats/vais/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import { readerId } from '../../../policy/index.ts';
import type { ListingQuery, SearchHit } from '../../../registry/index.ts';
import { gatedHits } from '../../gated-hits.ts';
import { queryNumber, queryText } from '../../query.ts';
import { assertSeen } from '../assert-seen.ts';
import { refuse } from '../fields.ts';
import type { VaisDoorOptions } from '../options.ts';
import { storedRelease } from '../shapes.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Characters of what is looked for. */
const LONGEST_TEXT = 256;

const sorts = ['downloads', 'newest', 'name', 'relevance'] as const;

/** Search and lists of packages: protocols/vais 2. */
export function listingRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { listings } = options;
  const config = { limit: 'search' as const };

  app.get('/search', { config }, (request, reply) => {
    const text = textOf(request, 'q');
    if (text === null) throw refuse('say what to search for: /search?q=json');
    const sort = sortOf(request) ?? 'relevance';
    const [keyword, category] = [textOf(request, 'keyword'), textOf(request, 'category')];
    return list(request, reply, { text, keyword, category, sort });
  });
  app.get('/popular', { config }, (request, reply) => list(request, reply, { sort: 'downloads' }));
  app.get('/recent', { config }, (request, reply) => list(request, reply, { sort: 'newest' }));
  app.get('/categories/:category', { config }, (request, reply) => {
    const { category } = request.params as { category: string };
    return list(request, reply, { category, sort: sortOf(request) ?? 'downloads' });
  });

  app.get('/categories', { config }, async (request, reply) => {
    await assertSeen(options, request);
    const reader = readerId(await request.principal(), request.registry.name);
    const categories = await listings.categories({ registryId: request.registry.id, readerId: reader });
    return reply.header('cache-control', 'private, no-cache').send(categories);
  });

  /** What is found depends on who asks. */
  async function list(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: Pick<ListingQuery, 'sort'> & Partial<ListingQuery>,
  ): Promise<FastifyReply> {
    const { registry } = request;
    await assertSeen(options, request);
    const limit = Math.min(queryNumber(request, 'limit', DEFAULT_LIMIT), MAX_LIMIT);
    const offset = queryNumber(request, 'offset', 0);
    const { total, hits } = await listings.find({
      text: null,
      keyword: null,
      category: null,
      ...wanted,
      registryId: registry.id,
      readerId: readerId(await request.principal(), registry.name),
      limit,
      offset,
    });
    const shown = await gatedHits({ ...options, ranges: vaisRanges }, registry, hits);
    return reply.header('cache-control', 'private, no-cache').send({ packages: shown.map(hitShape), total });
  }
}

/** A package in a list; a version with a very long manifest says no more than its number. */
function hitShape({ name, version, manifest, downloads, updatedAt }: SearchHit) {
  const release = manifest === null ? undefined : storedRelease({ manifest });
  return {
    name,
    description: release?.description ?? null,
    latest_version: version,
    downloads,
    keywords: release?.keywords ?? [],
    categories: release?.categories ?? [],
    updated_at: isoTime(updatedAt),
  };
}

/** Null if it is not there. */
function textOf(request: FastifyRequest, name: string): string | null {
  const text = queryText(request, name)?.trim();
  if (text !== undefined && text.length > LONGEST_TEXT) {
    throw refuse(`${name} is longer than ${LONGEST_TEXT} characters; look for less`);
  }
  return text ?? null;
}

function sortOf(request: FastifyRequest): ListingQuery['sort'] | undefined {
  const text = queryText(request, 'sort');
  if (text === undefined || text === '') return undefined;
  const sort = sorts.find((known) => known === text);
  if (sort === undefined) throw refuse(`sort is one of ${sorts.join(', ')}`);
  return sort;
}
