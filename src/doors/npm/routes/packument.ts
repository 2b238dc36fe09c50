import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentSource, Reader, RegistryRow } from '../../../registry/index.ts';
import type { Repeatable } from '../../context.ts';
import {
  contentTypes,
  versionText,
  type Documents,
  type Form,
  type ReadyDocument,
} from '../documents/index.ts';
import { isCurrent } from '../../etag.ts';
import { acceptsGzip } from '../../accepts-gzip.ts';
import { maintainerShape } from '../../publisher-shape.ts';
import { warn } from '../notices.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf } from '../request.ts';
import { notFound } from '../shapes.ts';

const ABBREVIATED = 'application/vnd.npm.install-v1+json';

/** Packuments and single versions: protocols/npm 2.1 and 2.2. */
export function packumentRoutes(
  app: FastifyInstance,
  { catalogue, reader, documents, publisher, downloads }: NpmDoorOptions,
): void {
  /** Whoever reads a package to change it sends the document back: what the gate hides must not be lacking there. */
  const sourceOf = async (request: FastifyRequest, name: string): Promise<DocumentSource | undefined> => {
    const { registry } = request;
    const principal = await request.principal();
    if (isForChange(request) && principal.kind === 'user') {
      const refusal = await publisher.assertMayChange(registry, name, principal, 'write').then(
        () => undefined,
        (error: unknown) => error,
      );
      const source = refusal ? undefined : await reader.documentToChange(registry, name, principal);
      if (source) return source;
    }
    return reader.document(registry, name, principal);
  };

  app.get('/:name', async (request, reply) => {
    const name = nameOf(request);
    const source = await sourceOf(request, name);
    if (source === undefined) throw notFound();
    if (source.origin === 'upstream') warn(reply, source.document);
    const form = formOf(request);
    const document = await documents.packument(request.registry, name, source, form, request.base);
    const repeat = repeatOf(reader, request.registry, name, source, document);
    return sendDocument(request, reply, document, contentTypes[form], repeat);
  });

  app.get('/:name/:version', async (request, reply) => {
    const name = nameOf(request);
    const { version: versionOrTag } = request.params as { version: string };
    const source = await reader.document(request.registry, name, await request.principal());
    if (source === undefined) throw notFound();
    if (source.origin === 'upstream') {
      warn(reply, source.document);
      const part = await versionOf(documents, name, source, versionOrTag, request.base);
      if (part === undefined) {
        if (source.head) downloads.missed(request.registry.id, name, versionOrTag);
        throw notFound();
      }
      return sendDocument(request, reply, part, contentTypes.full);
    }
    const { head, rules } = source;
    // A tag that went with its version leads to the reason.
    const tags = { ...(await catalogue.tags(head.id)), ...(await documents.tags(head, rules, request.base)) };
    const wanted = Object.hasOwn(tags, versionOrTag) ? tags[versionOrTag] : versionOrTag;
    const version = await catalogue.version(head.id, wanted ?? versionOrTag);
    if (version === undefined) {
      downloads.missed(request.registry.id, name, versionOrTag);
      throw notFound();
    }
    reader.admit(request.registry, name, rules, { version: version.version, time: version.publishedAt });
    const maintainers = JSON.stringify((await catalogue.owners(head.id)).map(maintainerShape));
    return reply
      .header('content-type', contentTypes.full)
      .header('cache-control', 'no-cache')
      .send(versionText(version, name, 'full', request.base, maintainers));
  });
}

/**
 * Sends a ready document, or 304 if the client has it (RFC 9110 section 13.1.2). `no-cache` lets clients keep it and makes
 * them ask: a version is visible to everybody from the moment that its publisher has the answer. `holds` tells whether
 * the document is still the right one, if that can be told at once.
 */
export function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: ReadyDocument,
  contentType: string,
  repeat?: Omit<Repeatable, 'body'>,
): FastifyReply {
  // Weak: the same tag stands for the compressed and the plain form.
  const etag = `W/"${document.etag}"`;
  reply.header('etag', etag).header('vary', 'Accept, Accept-Encoding').header('cache-control', 'no-cache');
  const current = isCurrent(request.headers['if-none-match'], etag);
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  if (repeat && (current || gzip)) request.repeatable = { ...repeat, body: document.gzip };
  if (current) return reply.code(304).send();
  reply.header('content-type', contentType);
  if (gzip) {
    return reply.header('content-encoding', 'gzip').send(document.gzip);
  }
  return reply.send(Readable.from([document.gzip]).pipe(createGunzip()));
}

/** For how long the document of a name can be given again, if that can be told at once. */
function repeatOf(
  reader: Reader,
  registry: RegistryRow,
  name: string,
  source: DocumentSource,
  { validUntil }: ReadyDocument,
): Omit<Repeatable, 'body'> | undefined {
  if (source.origin === 'local') {
    const { head, policyRevision } = source;
    const holds = reader.watch(head.id, { revision: head.revision, policyRevision });
    return holds && { holds };
  }
  const holds = reader.watchDocument(registry, name, source);
  return holds && { holds, until: Math.min(source.document.freshUntil, validUntil ?? Infinity) };
}

/** A version or tag of an upstream's package; what our copy of its document lacks may have been published since. */
async function versionOf(
  documents: Documents,
  name: string,
  source: DocumentSource & { origin: 'upstream' },
  versionOrTag: string,
  base: string,
): Promise<ReadyDocument | undefined> {
  const want = { want: 'version', versionOrTag } as const;
  const part = await documents.part(name, source, want, base);
  if (part) return part;
  const document = await source.document.recheck(versionOrTag);
  return document && documents.part(name, { ...source, document }, want, base);
}

/** `?write=true` asks for the full document whatever Accept says: npm sends the abbreviated type with it. */
function formOf(request: FastifyRequest): Form {
  return !isForChange(request) && request.headers.accept?.includes(ABBREVIATED) ? 'abbreviated' : 'full';
}

function isForChange({ query }: FastifyRequest): boolean {
  return (query as { write?: string }).write === 'true';
}
