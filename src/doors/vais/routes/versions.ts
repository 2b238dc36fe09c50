import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFault } from '../../../kernel/index.ts';
import { varyBy } from '../../vary.ts';
import { findPackage } from '../found.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage, noVersion, versionOf } from '../request.ts';
import { archiveName, versionShape } from '../shapes.ts';

/**
 * One version: its archive under `.tar.gz`, and what is known of it else. Below `/api/v1` a path without `.tar.gz` is the archive too,
 * unless the client names JSON as what it takes (protocols/vais 2).
 */
export function versionRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { artifacts } = options;
  const path = '/packages/:name/:version';

  app.head(path, (request, reply) => {
    const asked = askedOf(app, request, reply);
    return asked
      ? artifacts.head(request, reply, asked).catch((error) => sayWhatIsMissing(options, request, error))
      : sendVersion(options, request, reply);
  });

  app.get(path, (request, reply) => {
    const asked = askedOf(app, request, reply);
    return asked
      ? artifacts.get(request, reply, asked).catch((error) => sayWhatIsMissing(options, request, error))
      : sendVersion(options, request, reply);
  });
}

/** Undefined if the request is not for an archive. */
function askedOf({ prefix }: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  const name = nameOf(request);
  const { version, isArchive } = versionOf(request);
  const isEither = !isArchive && prefix.endsWith('/api/v1');
  if (isEither) varyBy(reply, 'Accept');
  const wantsJson = /\bapplication\/json\b/i.test(request.headers.accept ?? '');
  if (!isArchive && (!isEither || wantsJson)) return undefined;
  const file = archiveName(name, version);
  const look = { contentType: 'application/gzip', fileName: file };
  return { name, version, file, look, absent: () => noVersion(name, version) };
}

/** An archive is looked up by its file, which does not tell a package that is not there from a version that is not. */
async function sayWhatIsMissing(
  options: VaisDoorOptions,
  request: FastifyRequest,
  error: unknown,
): Promise<never> {
  const name = nameOf(request);
  const isAbsent = isFault(error, 'version_not_found');
  if (isAbsent && (await findPackage(options, request, name)) === undefined) throw noPackage(name);
  throw error;
}

async function sendVersion(
  options: VaisDoorOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { catalogue, reader, analytics, downloads } = options;
  const name = nameOf(request);
  const { version } = versionOf(request);
  const found = await findPackage(options, request, name);
  if (found === undefined) throw noPackage(name);
  const row = await catalogue.version(found.head.id, version);
  if (row === undefined) {
    downloads.missed(request.registry.id, name, version);
    throw noVersion(name, version);
  }
  reader.admit(request.registry, name, found.rules, { version, time: row.publishedAt });
  const numbers = await analytics.of(request.registry, name, await request.principal());
  const count = numbers?.versions.find((each) => each.version === version)?.downloads ?? 0;
  return reply.header('cache-control', 'private, no-cache').send(versionShape(request.base, row, count));
}
