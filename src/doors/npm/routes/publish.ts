import type { FastifyInstance } from 'fastify';
import { checkNewName } from '../../../formats/npm/index.ts';
import { Fault, isFault } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { ChangeBody, MAX_CHANGE_BYTES } from '../change-body/index.ts';
import { largestBody, MAX_METADATA_BYTES, publicationOf, tooLarge } from '../publication.ts';
import { publisherShape } from '../../publisher-shape.ts';
import { readPublishBody } from '../publish-body/index.ts';
import { tell } from '../notices.ts';
import { refuseEncoding } from '../../body/index.ts';
import { assertFactorForWrite } from '../second-factor.ts';
import { changeMetadata } from './metadata.ts';

/** `npm publish`: protocols/npm 3.1; and what clients send to the same path without a tarball. */
export function publishRoutes(app: FastifyInstance, options: NpmDoorOptions): void {
  const { blobs, publisher, reader, secondFactors, signer, maxTarballBytes } = options;
  const maxBodyBytes = largestBody(maxTarballBytes);

  app.put('/:name', { config: { audit: 'package.publish', limit: 'publish' } }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const principal = await request.principal();
    checkNewName(name);
    // Somebody else's package may still be starred: only the body tells.
    const { sender, refusal } = await publisher.judge(request.registry, name, principal);
    refuseEncoding(request);
    const isHere = async () => (await reader.owned(request.registry, name, sender)) !== undefined;
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > maxBodyBytes && !(length <= MAX_CHANGE_BYTES && (await isHere()))) {
      throw tooLarge(maxTarballBytes);
    }

    const { document, attachments } = await readPublishBody(request.raw, {
      maxMetadataBytes: MAX_METADATA_BYTES,
      maxTarballBytes,
      stage: async () => {
        if (refusal) throw refusal;
        if (sender.kind === 'user') await assertFactorForWrite(secondFactors, request, sender);
        return blobs.stage();
      },
      change: async () =>
        sender.kind === 'user' && (await isHere()) ? new ChangeBody(sender.user.name) : undefined,
    });
    const [attachment] = attachments;
    if (attachment === undefined) {
      if (sender.kind === 'machine') throw onlyVersions();
      return changeMetadata(options, request, { name, sender, document, refusal });
    }
    try {
      const publication = await publicationOf(signer, {
        name,
        document,
        attachment,
        publisher: publisherShape(sender, request.registry, name),
      });
      request.place = { version: publication.version };
      const { notices } = await publisher.publish(request.registry, sender, publication);
      return tell(reply, notices)
        .code(201)
        .send({ ok: true, id: name, rev: `1-${attachment.digests.sha1.slice(0, 16)}`, success: true });
    } catch (error) {
      throw isFault(error, 'version_exists') ? publishedBefore(document) : error;
    } finally {
      await attachment.staged.discard();
    }
  });
}

/** npmjs's sentence: tools look for it. */
function publishedBefore(document: unknown): Fault {
  const versions = Object.keys((document as { versions: object }).versions).join(', ');
  return new Fault(
    'version_exists',
    `You cannot publish over the previously published versions: ${versions}.`,
  );
}

function onlyVersions(): Fault {
  return new Fault(
    'not_trusted',
    'A trusted publisher may publish versions and nothing else: send one, or use a token of a user.',
  );
}
