import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { npmRanges } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { VersionContent } from '../../../registry/index.ts';
import { isCurrent } from '../../etag.ts';
import type { PantryDoorOptions } from '../options.ts';
import { packageMetadata } from '../package-shape.ts';
import { isVersion, nameOf, notFound } from '../request.ts';

/** Metadata of packages and versions: protocols/pantry 2. */
export function packageRoutes(
  app: FastifyInstance,
  { contents, analytics, downloads, reader }: PantryDoorOptions,
): void {
  const shape = async (request: FastifyRequest, name: string, content: VersionContent) =>
    packageMetadata(name, content, {
      base: request.base,
      downloads: await analytics.total(request.registry, name),
    });

  app.get('/packages/:name', async (request, reply) => {
    const name = nameOf(request);
    const content = await contents.version(request.registry, name, await request.principal());
    if (content === undefined) throw notFound();
    return reply.header('cache-control', 'no-cache').send(await shape(request, name, content));
  });

  app.get('/packages/:name/:version', async (request, reply) => {
    const name = nameOf(request);
    const { registry } = request;
    const { version } = request.params as { version: string };
    const principal = await request.principal();
    const content = isVersion(version)
      ? await contents.version(registry, name, principal, version)
      : undefined;
    if (content === undefined) {
      if (isVersion(version) && (await reader.known(registry, name, principal))) {
        downloads.missed(registry.id, name, version);
      }
      throw new Fault('version_not_found', 'Package version not found');
    }
    return reply.header('cache-control', 'no-cache').send(await shape(request, name, content));
  });

  app.get('/packages/:name/versions', async (request, reply) => {
    const name = nameOf(request);
    const found = await contents.of(request.registry, name, await request.principal());
    const versions = (found?.versions ?? [])
      .map(({ version }) => version)
      .toSorted((one, other) => npmRanges.compare(other, one));
    const body = JSON.stringify({ versions });
    const etag = `W/"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    // A name that nobody may know of is answered as one that is free.
    const scope = found && found.visibility !== 'public' ? 'private' : 'public';
    reply
      .header('etag', etag)
      .header('vary', 'Authorization')
      .header('cache-control', `${scope}, max-age=60, must-revalidate`);
    if (isCurrent(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.header('content-type', 'application/json; charset=utf-8').send(body);
  });
}
