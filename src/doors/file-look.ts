import type { FastifyReply } from 'fastify';
import type { Visibility } from '../registry/index.ts';

/** Stored bytes as doors send them. */
export interface StoredFile {
  /** Key in the blob store; names the same bytes for ever. */
  key: string;
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
  /** Whose caches may keep it. */
  visibility: Visibility;
}

/** How a door shows its files. */
export interface FileLook {
  contentType: string;
  /** The name under which clients that ask the server for one save it; ASCII, and no quote in it. */
  fileName?: string;
  /** Strong entity tag, quotes included; the whole SHA-256 unless given. */
  etagOf?: (file: Pick<StoredFile, 'sha256'>) => string;
  /** Seconds for which caches need not ask again. A URL whose bytes may change has `0`; a year, and never, unless given. */
  maxAge?: number;
}

const YEAR = 31_536_000;

export function etagOf(file: Pick<StoredFile, 'sha256'>, look: FileLook): string {
  return look.etagOf?.(file) ?? `"${file.sha256}"`;
}

/** Headers of a file that is known as a whole, but for its length. */
export function describeFile(reply: FastifyReply, file: StoredFile, look: FileLook): FastifyReply {
  return describe(reply, look)
    .header('etag', etagOf(file, look))
    .header('cache-control', cacheControl(cacheScope(file), look));
}

/**
 * Of a file that is still on its way nobody knows the digest, which would be its ETag. No shared cache may keep the answer: one that
 * takes a broken transfer for a whole one would give it to everybody for a year.
 */
export function describeComing(reply: FastifyReply, size: number | null, look: FileLook): FastifyReply {
  if (size !== null) reply.header('content-length', size);
  return describe(reply, look).header('cache-control', cacheControl('private', look));
}

function describe(reply: FastifyReply, { contentType, fileName }: FileLook): FastifyReply {
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  return reply.header('content-type', contentType).header('accept-ranges', 'bytes');
}

function cacheControl(scope: 'public' | 'private', { maxAge = YEAR }: FileLook): string {
  return maxAge === 0
    ? `${scope}, no-cache`
    : `${scope}, max-age=${maxAge}${maxAge === YEAR ? ', immutable' : ''}`;
}

/** What not everybody may read must not stay in a shared cache. */
function cacheScope({ visibility }: StoredFile): 'public' | 'private' {
  return visibility === 'public' ? 'public' : 'private';
}
