import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isReadableName } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import type { FoundPreview } from '../../../registry/index.ts';
import { commitShape, previewShape } from '../commit-shapes.ts';
import type { PantryDoorOptions } from '../options.ts';
import { previewLook } from '../preview-look.ts';
import { sendPreview } from '../send-preview.ts';

/** What is listed depends on who asks. */
const CACHE = 'private, no-cache';

/** Packages of a commit: protocols/pantry 3. */
export function commitRoutes(app: FastifyInstance, options: PantryDoorOptions): void {
  const { previews, files } = options;

  async function find(request: FastifyRequest): Promise<FoundPreview> {
    const { sha, name } = request.params as { sha: string; name: string };
    const principal = await request.principal();
    const found = isReadableName(name)
      ? await previews.find(request.registry, { sha, name }, principal)
      : undefined;
    if (found === undefined) throw new Fault('not_found', 'Commit package not found');
    return found;
  }

  app.get('/commits/:sha', async (request, reply) => {
    const { sha } = request.params as { sha: string };
    const found = await previews.ofCommit(request.registry, sha, await request.principal());
    const [first] = found;
    if (first === undefined) throw new Fault('not_found', 'No packages found for this commit');
    return reply.header('cache-control', CACHE).send(commitShape(request.base, first.sha, found));
  });

  app.get('/commits/:sha/:name', async (request, reply) =>
    reply.header('cache-control', CACHE).send(previewShape(request.base, await find(request))),
  );

  app.head('/commits/:sha/:name/tarball', async (request, reply) => {
    const found = await find(request);
    return files.head(reply, found, previewLook(found));
  });

  app.get('/commits/:sha/:name/tarball', (request, reply) =>
    sendPreview(options, request, reply, { find: () => find(request), lookOf: previewLook }),
  );
}
