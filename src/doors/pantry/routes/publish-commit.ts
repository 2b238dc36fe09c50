import type { FastifyInstance } from 'fastify';
import { checkNewName } from '../../../formats/npm/index.ts';
import { checkSha, MOST_PACKAGES, type PreviewPackage } from '../../../registry/index.ts';
import { refuseEncoding } from '../../body/index.ts';
import { codeOf } from '../../one-time-code.ts';
import { whoPublishes } from '../../pantry-uploads.ts';
import { discardAll, readCommitBody } from '../commit-body/index.ts';
import { openPackages, withSiblingUrls } from '../commit-packages.ts';
import { publishedShape, siblingUrl } from '../commit-shapes.ts';
import type { PantryDoorOptions } from '../options.ts';

/** Publishes the packages of a commit: protocols/pantry 3. All of them are stored, or none is. */
export function publishCommitRoutes(
  app: FastifyInstance,
  { previews, blobs, secondFactors, maxTarballBytes }: PantryDoorOptions,
): void {
  const config = { audit: 'preview.publish', limit: 'publish' } as const;

  app.post('/publish/commit', { config }, async (request, reply) => {
    const { registry, base } = request;
    const sender = await whoPublishes(request);
    refuseEncoding(request);
    if (sender.kind === 'user') await secondFactors.assertMayWrite(sender, codeOf(request));
    const body = await readCommitBody(request, {
      maxTarballBytes,
      maxPackages: MOST_PACKAGES,
      mayBring: (name) => {
        checkNewName(name);
        return previews.assertMayPublish(registry, name, sender);
      },
      stage: () => blobs.stage(),
    });
    const { packages: sent, ...commit } = body;
    const [only, ...others] = sent;
    if (only && others.length === 0) request.place = { package: only.name };
    const staged: PreviewPackage[] = [];
    try {
      const sha = checkSha(commit.sha);
      const opened = await openPackages(sent);
      const siblings = await previews.siblings(registry, sha, sender);
      for (const { name } of sent) siblings.add(name);
      const urlOf = (name: string) => (siblings.has(name) ? siblingUrl(base, sha, name) : undefined);
      const packages = await withSiblingUrls(opened, urlOf, { blobs, staged });
      const stored = await previews.publish(registry, sender, { ...commit, packages });
      return await reply.code(201).send(publishedShape(base, sha, stored));
    } finally {
      await discardAll([...sent, ...staged]);
    }
  });
}
