import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip } from '../accepts-gzip.ts';
import { varyBy } from '../vary.ts';
import { isCurrent } from '../etag.ts';
import type { SentDocument } from './json-body.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Sends the document, or 304 to who has it. `no-cache`: whoever keeps it must ask whether it is still the right one. `open`: everybody
 * gets this one. `holds` as in `Repeatable`; left out, the answer is not repeated.
 */
export async function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: SentDocument,
  { open = false, holds }: { open?: boolean; holds?: (() => boolean) | undefined } = {},
): Promise<FastifyReply> {
  const compressed = acceptsGzip(request.headers['accept-encoding']);
  // The same text may be compressed in other pieces, on another replica or later.
  const etag = compressed ? `W/"${document.etag}"` : `"${document.etag}"`;
  varyBy(reply, 'Accept-Encoding')
    .header('etag', etag)
    .header('cache-control', open ? 'no-cache' : 'private, no-cache');
  const isKnown = isCurrent(request.headers['if-none-match'], etag);
  if (isKnown && holds === undefined) return reply.code(304).send();
  const body = compressed ? await document.gzip() : document.plain();
  if (holds) request.repeatable = { holds, body };
  if (isKnown) return reply.code(304).send();
  reply.header('content-type', JSON_TYPE);
  if (compressed) reply.header('content-encoding', 'gzip');
  return reply.send(body);
}
