import type { FastifyInstance } from 'fastify';
import type { VaisDoorOptions } from '../options.ts';
import { publicationOf } from '../publication.ts';
import { senderOf } from '../sender.ts';
import { storagePlace } from '../storage-place.ts';
import { readUpload } from '../upload.ts';

/** Publish: protocols/vais 2, whose order the checks keep. */
export function publishRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { blobs, publisher, maxTarballBytes } = options;
  const config = { audit: 'package.publish', limit: 'publish' as const };

  app.post('/packages/publish', { config }, async (request) => {
    const sender = await senderOf(request, options, 'publish');
    const { metadata, archive } = await readUpload(request, {
      stage: () => blobs.stage(),
      maxTarballBytes,
    });
    try {
      const publication = await publicationOf(metadata, archive, (release) =>
        storagePlace(options, request.registry, release),
      );
      const { name, version } = publication;
      request.place = { package: name, version };
      const { notices } = await publisher.publish(request.registry, sender, publication);
      const { sha256: checksum } = archive.digests;
      return { name, version, checksum, ...(notices.length > 0 && { notices }) };
    } finally {
      await archive.staged.discard();
    }
  });
}
