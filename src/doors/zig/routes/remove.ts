import type { FastifyInstance } from 'fastify';
import { codeOf } from '../../one-time-code.ts';
import type { ZigDoorOptions } from '../options.ts';
import { nameOf } from '../request.ts';

/** Takes a package away for good, with all its versions; their numbers are never given out again. */
export function removeRoutes(app: FastifyInstance, { publisher, secondFactors }: ZigDoorOptions): void {
  app.delete('/packages/:name', { config: { audit: 'package.unpublish' } }, async (request) => {
    const name = nameOf(request);
    const principal = await request.principal();
    const sender = await publisher.assertMayChange(request.registry, name, principal, 'manage');
    await secondFactors.assertMayWrite(sender, codeOf(request));
    await publisher.unpublish(request.registry, sender, {
      name,
      versions: 'all',
      tags: null,
      expectedRevision: null,
    });
    return { success: true, message: `Deleted ${name}` };
  });
}
