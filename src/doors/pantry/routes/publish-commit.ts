import type { FastifyInstance } from 'fastify';
import { checkNewName } from '../../../formats/npm/index.ts';
import { MOST_PACKAGES } from '../../../registry/index.ts';
import { refuseEncoding } from '../../body/index.ts';
import { codeOf } from '../../one-time-code.ts';
import { whoPublishes } from '../../pantry-uploads.ts';
import { readCommitBody } from '../commit-body/index.ts';
import { publishedShape } from '../commit-shapes.ts';
import type { PantryDoorOptions } from '../options.ts';
import { publishCommit } from '../publish-commit.ts';

/** Publishes the packages of a commit: protocols/pantry 3. All of them are stored, or none is. */
export function publishCommitRoutes(
  app: FastifyInstance,
  { previews, blobs, secondFactors, maxTarballBytes }: PantryDoorOptions,
): void {
  const config = { audit: 'preview.publish', limit: 'publish' } as const;

  app.post('/publish/commit', { config }, async (request, reply) => {
    const { registry, base } = request;
    const principal = await whoPublishes(request);
    refuseEncoding(request);
    if (principal.kind === 'user') await secondFactors.assertMayWrite(principal, codeOf(request));
    const body = await readCommitBody(request, {
      maxTarballBytes,
      maxPackages: MOST_PACKAGES,
      mayBring: (name) => {
        checkNewName(name);
        return previews.assertMayPublish(registry, name, principal);
      },
      stage: () => blobs.stage(),
    });
    const [only, ...others] = body.packages;
    if (only && others.length === 0) request.place = { package: only.name };
    const { sha, stored } = await publishCommit(
      { previews, blobs, maxTarballBytes },
      { registry, principal, base },
      body,
    );
    return reply.code(201).send(publishedShape(base, sha, stored));
  });
}
