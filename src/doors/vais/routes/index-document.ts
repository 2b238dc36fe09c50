import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCurrent } from '../../etag.ts';
import { acceptsGzip } from '../../accepts-gzip.ts';
import { findPackage } from '../found.ts';
import type { SeenIndex } from '../index-document/index.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The index of the registry, and a package's part of it: protocols/vais 2. */
export function indexRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { indexes, revisions } = options;

  app.get('/index.json', async (request, reply) => {
    const seen = await indexes.of(request.registry, await request.principal());
    return sendIndex(request, reply, seen, holdsOf(revisions, request.registry.id, seen));
  });

  app.get('/packages/:name/index.json', async (request, reply) => {
    const name = nameOf(request);
    const found = await findPackage(options, request, name);
    const entry = found && (await indexes.entry(request.registry, { packageId: found.head.id, name }));
    if (entry === undefined) throw noPackage(name);
    return reply.header('content-type', JSON_TYPE).header('cache-control', 'private, no-cache').send(entry);
  });
}

/** Sends the document, or 304 to who has it. `no-cache`: whoever keeps it must ask whether it is still the right one. */
async function sendIndex(
  request: FastifyRequest,
  reply: FastifyReply,
  { document, open }: SeenIndex,
  holds: (() => boolean) | undefined,
): Promise<FastifyReply> {
  const compressed = acceptsGzip(request.headers['accept-encoding']);
  // The same entries may be compressed in other pieces, on another replica or later.
  const etag = compressed ? `W/"${document.etag}"` : `"${document.etag}"`;
  const body = compressed ? await document.gzip() : document.plain();
  if (holds) request.repeatable = { holds, body };
  reply
    .header('etag', etag)
    .header('vary', [reply.getHeader('vary') ?? [], 'Accept-Encoding'].flat().join(', '))
    .header('cache-control', open ? 'no-cache' : 'private, no-cache');
  if (isCurrent(request.headers['if-none-match'], etag)) return reply.code(304).send();
  reply.header('content-type', JSON_TYPE);
  if (compressed) reply.header('content-encoding', 'gzip');
  return reply.send(body);
}

/** Tells at once whether everybody still sees this document, where the database tells at once. */
function holdsOf(
  { openState }: VaisDoorOptions['revisions'],
  registryId: number,
  { open }: SeenIndex,
): (() => boolean) | undefined {
  if (openState === undefined || open === undefined) return undefined;
  const { revision, policyRevision } = open;
  return () => {
    const now = openState(registryId);
    return now?.revision === revision && now.policyRevision === policyRevision;
  };
}
