import type { FastifyInstance } from 'fastify';
import { findPackage, newestOf, versionsOf } from '../found.ts';
import type { ZigDoorOptions } from '../options.ts';
import { nameOf, noPackage, noVersion } from '../request.ts';
import { recordShape } from '../shapes.ts';

/** What there is to know of packages: protocols/pantry 4. */
export function packageRoutes(app: FastifyInstance, options: ZigDoorOptions): void {
  const { catalogue, reader, downloads } = options;

  app.get('/packages/:name', async (request) => {
    const found = await findPackage(options, request, nameOf(request));
    const newest = found && (await newestOf(options, found));
    if (newest === undefined) throw noPackage();
    return recordShape(request.base, newest);
  });

  app.get('/packages/:name/versions', async (request) => {
    const name = nameOf(request);
    const found = await findPackage(options, request, name);
    return { name, versions: found ? await versionsOf(options, found) : [] };
  });

  app.get('/packages/:name/:version', async (request) => {
    const name = nameOf(request);
    const { version } = request.params as { version: string };
    const found = await findPackage(options, request, name);
    if (found === undefined) throw noVersion();
    const row = await catalogue.version(found.head.id, version);
    if (row === undefined) {
      downloads.missed(request.registry.id, name, version);
      throw noVersion();
    }
    reader.admit(request.registry, name, found.rules, { version, time: row.publishedAt });
    return recordShape(request.base, row);
  });
}
