import type { FastifyInstance } from 'fastify';
import { refuseEncoding } from '../../body/index.ts';
import { codeOf } from '../../one-time-code.ts';
import { whoPublishes } from '../../pantry-uploads.ts';
import type { PantryDoorOptions } from '../options.ts';
import { readPublishMetadata } from '../publish-metadata.ts';
import { publishPacked } from '../publish-packed.ts';
import { readUpload } from '../upload.ts';

/** `POST /publish`: protocols/pantry 2. */
export function publishRoutes(app: FastifyInstance, options: PantryDoorOptions): void {
  const { blobs, maxTarballBytes, secondFactors } = options;

  app.post('/publish', { config: { audit: 'package.publish', limit: 'publish' } }, async (request, reply) => {
    const principal = await whoPublishes(request);
    refuseEncoding(request);
    const upload = await readUpload(request, { stage: () => blobs.stage(), maxTarballBytes });
    try {
      const metadata = readPublishMetadata(upload.metadata);
      const { name, version } = metadata;
      request.place = { package: name, version };
      const asked = { registry: request.registry, principal };
      const notices = await publishPacked(options, asked, { ...upload, metadata }, async (sender) => {
        if (upload.invalid) throw upload.invalid;
        if (sender.kind === 'user') await secondFactors.assertMayWrite(sender, codeOf(request));
      });
      return await reply.code(201).send({
        success: true,
        message: `Published ${name}@${version}`,
        ...(notices.length > 0 && { notices }),
      });
    } finally {
      await upload.staged.discard();
    }
  });
}
