import type { FastifyInstance } from 'fastify';
import { checkNewName, readRelease } from '../../../formats/npm/index.ts';
import { Fault, isFault } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { ChangeBody, MAX_CHANGE_BYTES } from '../change-body/index.ts';
import { publisherShape, type PublisherShape } from '../publisher-shape.ts';
import { readPublishBody } from '../publish-body/index.ts';
import { refuseEncoding } from '../request.ts';
import { assertFactorForWrite } from '../second-factor.ts';
import { changeMetadata } from './metadata.ts';
import { signatureShape, signedText } from '../shapes.ts';

/** Everything of the body that is not the tarball: manifest and readme. */
const MAX_METADATA_BYTES = 4 * 1024 * 1024;

/** `npm publish`: protocols/npm 3.1; and what clients send to the same path without a tarball. */
export function publishRoutes(app: FastifyInstance, options: NpmDoorOptions): void {
  const { blobs, publisher, reader, secondFactors, signer, maxTarballBytes } = options;
  const maxBodyBytes = Math.ceil(maxTarballBytes / 3) * 4 + MAX_METADATA_BYTES;

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
    const { staged, digests, fileName, declaredLength } = attachment;
    try {
      const release = await readRelease(document, name, {
        fileName,
        declaredLength,
        digests,
        open: () => staged.open(),
      });
      request.place = { version: release.version };
      const signature = await signer.sign(signedText(release.name, release.version, digests.sha512));
      const facts = JSON.stringify({ ...release.facts, signatures: [signatureShape(signature)] });
      await publisher.publish(request.registry, sender, {
        name: release.name,
        version: release.version,
        versionKey: release.versionKey,
        manifest: withPublisher(release.manifest, publisherShape(sender, request.registry, release.name)),
        summary: release.summary,
        readme: release.readme,
        searchText: release.searchText,
        deprecated: release.deprecated,
        visibility: release.visibility,
        attestation: release.attestation,
        tags: release.tags,
        // A package whose first version has another tag gets `latest` as well: clients cannot do without it.
        fallbackTag: 'latest',
        artifacts: [{ file: release.file, facts, digests, staged }],
      });
      return reply
        .code(201)
        .send({ ok: true, id: release.name, rev: `1-${digests.sha1.slice(0, 16)}`, success: true });
    } catch (error) {
      throw isFault(error, 'version_exists') ? publishedBefore(document) : error;
    } finally {
      await staged.discard();
    }
  });
}

/** `_npmUser`, which says who published a version. */
function withPublisher(manifest: string, publisher: PublisherShape): string {
  return `${manifest.slice(0, -1)},"_npmUser":${JSON.stringify(publisher)}}`;
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

function tooLarge(maxTarballBytes: number): Fault {
  const megabytes = Math.floor(maxTarballBytes / 1024 ** 2);
  return new Fault(
    'too_large',
    `The package is too large: this registry takes tarballs of up to ${megabytes} MB.`,
  );
}
