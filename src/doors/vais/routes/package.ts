import type { FastifyInstance } from 'fastify';
import { findPackage, speakingOf, versionsOf } from '../found.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';
import { packageShape } from '../shapes.ts';

/** A package as a whole: protocols/vais 2. */
export function packageRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { catalogue, analytics } = options;

  app.get('/packages/:name', async (request, reply) => {
    const name = nameOf(request);
    const found = await findPackage(options, request, name);
    const rows = found ? await versionsOf(options, found) : [];
    const speaking = speakingOf(rows);
    if (found === undefined || speaking === undefined) throw noPackage(name);
    const { id, createdAt, updatedAt } = found.head;
    const [owners, numbers] = await Promise.all([
      catalogue.owners(id),
      analytics.of(request.registry, name, await request.principal()),
    ]);
    const counts = new Map(numbers?.versions.map(({ version, downloads }) => [version, downloads]));
    const shape = packageShape(speaking, rows, {
      createdAt,
      updatedAt,
      downloads: (version) => counts.get(version) ?? 0,
      total: numbers?.total ?? 0,
      owners: owners.map((owner) => owner.name),
    });
    return reply.header('cache-control', 'private, no-cache').send(shape);
  });
}
