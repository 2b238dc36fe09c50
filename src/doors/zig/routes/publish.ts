import type { FastifyInstance } from 'fastify';
import { refuseEncoding } from '../../body/index.ts';
import { PantryFault } from '../../flat-errors.ts';
import { isForm, readForm, type Form } from '../../multipart.ts';
import { codeOf } from '../../one-time-code.ts';
import { tarballTooLarge, whoPublishes } from '../../pantry-uploads.ts';
import type { ZigDoorOptions } from '../options.ts';
import { publicationOf } from '../publication.ts';
import { usageShape } from '../shapes.ts';

/** Fields and the frame of a form, beside its archive; bytes. */
const MAX_REST = 4 * 1024 ** 2;
const FIELDS: ReadonlySet<string> = new Set(['manifest', 'description']);

/** Publish: protocols/pantry 4. A form with the archive; which package it is the manifest in the archive says. */
export function publishRoutes(app: FastifyInstance, options: ZigDoorOptions): void {
  const { blobs, publisher, secondFactors, maxTarballBytes } = options;

  app.post('/publish', { config: { audit: 'package.publish', limit: 'publish' } }, async (request, reply) => {
    const sender = await whoPublishes(request);
    refuseEncoding(request);
    const type = request.headers['content-type'];
    if (!isForm(type)) throw new PantryFault('unsupported_media', 'Unsupported content type');
    if (Number(request.headers['content-length'] ?? 0) > maxTarballBytes + MAX_REST) {
      throw tarballTooLarge(maxTarballBytes);
    }
    if (sender.kind === 'user') await secondFactors.assertMayWrite(sender, codeOf(request));
    const form = await readForm(type, request.raw, {
      kindOf: (name) => (name === 'tarball' ? 'file' : FIELDS.has(name) ? 'field' : undefined),
      stage: () => blobs.stage(),
      maxFileBytes: maxTarballBytes,
      tooLarge: () => tarballTooLarge(maxTarballBytes),
      maxFiles: 1,
    });
    const [archive] = form.files;
    if (archive === undefined) throw new PantryFault('bad_request', 'Missing tarball');
    try {
      const { publication, release } = await publicationOf({
        archive,
        manifest: fieldOf(form, 'manifest'),
        description: fieldOf(form, 'description'),
      });
      const { name, version } = publication;
      request.place = { package: name, version };
      const { notices } = await publisher.publish(request.registry, sender, publication);
      return reply.code(201).send({
        success: true,
        message: `Published ${name}@${version}`,
        name,
        version,
        ...usageShape(request.base, release),
        ...(notices.length > 0 && { notices }),
      });
    } finally {
      await archive.staged.discard();
    }
  });
}

function fieldOf({ fields }: Form, name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}
