import type { FastifyInstance } from 'fastify';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noVersion, versionOf } from '../request.ts';
import { senderOf } from '../sender.ts';

/** Takes a version back, or takes that back; what is so already stays so: protocols/vais 2. */
export function yankRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  for (const [action, yanked] of [
    ['yank', true],
    ['unyank', false],
  ] as const) {
    const config = { audit: `package.${action}` };
    app.post(`/packages/:name/:version/${action}`, { config }, async (request, reply) => {
      const sender = await senderOf(request, options, 'yank');
      const name = nameOf(request);
      const { version, isArchive } = versionOf(request);
      if (isArchive) throw noVersion(name, `${version}.tar.gz`);
      await options.publisher.yank(request.registry, sender, { name, version, yanked });
      return reply.code(200).send();
    });
  }
}
