import type { FastifyInstance } from 'fastify';
import { findPackage } from '../found.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';
import { sendDocument } from '../send-document.ts';

/** A package as a whole: protocols/vais 2. */
export function packageRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { catalogue, analytics, packages } = options;

  app.get('/packages/:name', async (request, reply) => {
    const name = nameOf(request);
    const found = await findPackage(options, request, name);
    if (found === undefined) throw noPackage(name);
    const [text, owners, numbers] = await Promise.all([
      packages.of(found),
      catalogue.owners(found.head.id),
      analytics.of(request.registry, name, await request.principal()),
    ]);
    const counts = new Map(numbers?.versions.map(({ version, downloads }) => [version, downloads]));
    const body = text.body(
      { total: numbers?.total ?? 0, downloads: (version) => counts.get(version) ?? 0 },
      owners.map((owner) => owner.name),
    );
    if (body === undefined) throw noPackage(name);
    return sendDocument(request, reply, body);
  });
}
