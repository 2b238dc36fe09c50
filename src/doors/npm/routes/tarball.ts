import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HotBlobs, type ByteRange, type StoredArtifact } from '../../../registry/index.ts';
import { sendBytes } from '../../send-bytes.ts';
import { isCurrent } from '../etag.ts';
import type { NpmDoorOptions } from '../options.ts';
import { parseRange } from '../range.ts';
import { nameOf } from '../request.ts';
import { notFound } from '../shapes.ts';

/** Tarballs: protocols/npm 1, "Tarball URLs". Immutable, so they may be cached for ever. */
export function tarballRoutes(app: FastifyInstance, { blobs, reader, downloads }: NpmDoorOptions): void {
  const hot = new HotBlobs(blobs);

  const artifactOf = async (request: FastifyRequest): Promise<StoredArtifact> => {
    const name = nameOf(request);
    const principal = await request.principal();
    const { file } = request.params as { file: string };
    const artifact = file.endsWith('.tgz')
      ? await reader.artifact(request.registry, name, file, principal)
      : undefined;
    if (artifact === undefined) throw notFound();
    return artifact;
  };

  app.head('/:name/-/:file', async (request, reply) => {
    const artifact = await artifactOf(request);
    return describe(reply, artifact).header('content-length', artifact.size).send();
  });

  app.get('/:name/-/:file', async (request, reply) => {
    const artifact = await artifactOf(request);
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
