import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import {
  HotBlobs,
  type ArtifactTransfer,
  type ByteRange,
  type Reader,
  type StoredArtifact,
} from '../../../registry/index.ts';
import { sendBytes } from '../../send-bytes.ts';
import { isCurrent } from '../etag.ts';
import type { NpmDoorOptions } from '../options.ts';
import { parseRange } from '../range.ts';
import { nameOf } from '../request.ts';
import { notFound } from '../shapes.ts';

type Ask<T> = (...file: Parameters<Reader['download']>) => Promise<T | undefined>;

/** Tarballs: protocols/npm 1, "Tarball URLs". Immutable, so they may be cached for ever. */
export function tarballRoutes(app: FastifyInstance, { blobs, reader, downloads }: NpmDoorOptions): void {
  const hot = new HotBlobs(blobs);

  /** What `ask` finds of the file that the path names. */
  async function find<T>(request: FastifyRequest, ask: Ask<T>): Promise<T> {
    const name = nameOf(request);
    const principal = await request.principal();
    const { file } = request.params as { file: string };
    const found = file.endsWith('.tgz') ? await ask(request.registry, name, file, principal) : undefined;
    if (found === undefined) throw notFound();
    return found;
  }
  const whole: Ask<StoredArtifact> = (...file) => reader.artifact(...file);
  const asItComes: Ask<StoredArtifact | ArtifactTransfer> = (...file) => reader.download(...file);

  app.head('/:name/-/:file', async (request, reply) => {
    const artifact = await find(request, whole);
    return describe(reply, artifact).header('content-length', artifact.size).send();
  });

  app.get('/:name/-/:file', async (request, reply) => {
    const found = await find(request, isForPart(request) ? whole : asItComes);
    const coming = 'stored' in found ? openFor(request, found) : undefined;
    if ('stored' in found && coming) {
      // Counted when there is a version to count it for.
      found.stored.then(
        (stored) => downloads.count(stored),
        () => {},
      );
      return sendBytes(describeComing(reply, found), coming);
    }
    const artifact = 'stored' in found ? await found.stored : found;
    describe(reply, artifact);
    if (isCurrent(request.headers['if-none-match'], etagOf(artifact))) return reply.code(304).send();
    const holds = reader.watch(artifact.packageId, artifact);
    const range = parseRange(request.headers.range, artifact.size);
    if (range === 'unsatisfiable') {
      return reply.code(416).header('content-range', `bytes */${artifact.size}`).send();
    }
    // Read or opened before the status goes out: a lost file must not look like an empty one.
    const bytes = await hot.read(artifact.key, artifact.size);
    const stream = bytes ? undefined : await blobs.open(artifact.key, range);
    // Whoever goes on where a download broke off was counted when it began.
    if (range === undefined || range.start === 0) downloads.count(artifact);
    if (range !== undefined) reply.code(206).header('content-range', contentRange(range, artifact.size));
    else if (bytes && holds)
      request.repeatable = { holds, body: bytes, onRepeat: () => downloads.count(artifact) };
    reply.header('content-length', range ? range.end - range.start + 1 : artifact.size);
    if (stream) return sendBytes(reply, stream);
    return reply.send(range ? bytes?.subarray(range.start, range.end + 1) : bytes);
  });
}

function describe(reply: FastifyReply, artifact: StoredArtifact): FastifyReply {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('etag', etagOf(artifact))
    .header('accept-ranges', 'bytes')
    .header('cache-control', `${cacheScope(artifact)}, max-age=31536000, immutable`);
}

/** Ranges and tags are those of a file that is known as a whole. */
function isForPart({ headers }: FastifyRequest): boolean {
  return headers.range !== undefined || headers['if-none-match'] !== undefined;
}

/** The bytes, unless what becomes of them could not be told: with HTTP/1.0 the end of the connection is the end of the file. */
function openFor({ raw }: FastifyRequest, transfer: ArtifactTransfer): Readable | undefined {
  return transfer.size === null && raw.httpVersion === '1.0' ? undefined : transfer.open();
}

/**
 * Of a file that is still on its way nobody knows the digest, which would be its ETag. No shared cache may keep the answer: one that
 * takes a broken transfer for a whole one would give it to everybody for a year.
 */
function describeComing(reply: FastifyReply, { size }: ArtifactTransfer): FastifyReply {
  if (size !== null) reply.header('content-length', size);
  return reply
    .header('content-type', 'application/octet-stream')
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, max-age=31536000, immutable');
}

/** What not everybody may read must not stay in a shared cache. */
function cacheScope({ visibility }: StoredArtifact): string {
  return visibility === 'public' ? 'public' : 'private';
}

function etagOf({ sha256 }: StoredArtifact): string {
  return `"${sha256}"`;
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}
