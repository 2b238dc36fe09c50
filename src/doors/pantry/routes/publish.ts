import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Principal } from '../../../accounts/index.ts';
import { checkNewName, npmRanges, readPackedRelease, readVersion } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { refuseEncoding } from '../../body/index.ts';
import { signedPublication } from '../../npm-publication.ts';
import { codeOf } from '../../one-time-code.ts';
import { publisherShape } from '../../publisher-shape.ts';
import type { PantryDoorOptions } from '../options.ts';
import { readPublishMetadata } from '../publish-metadata.ts';
import { PantryFault } from '../../flat-errors.ts';
import { readUpload, type Upload } from '../upload.ts';

/** `POST /publish`: protocols/pantry 2. */
export function publishRoutes(app: FastifyInstance, options: PantryDoorOptions): void {
  const { blobs, maxTarballBytes } = options;

  app.post('/publish', { config: { audit: 'package.publish', limit: 'publish' } }, async (request, reply) => {
    const principal = await whoPublishes(request);
    refuseEncoding(request);
    const upload = await readUpload(request, { stage: () => blobs.stage(), maxTarballBytes });
    try {
      const { name, version, notices } = await publish(options, request, principal, upload);
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

/** Who asks, if they may publish anything at all: what is read after it has no end. Faults `unauthenticated`, `token_invalid`. */
export async function whoPublishes(request: FastifyRequest): Promise<Principal> {
  const principal = await request.principal();
  if (principal.kind === 'nobody') {
    throw new Fault('unauthenticated', 'You must be logged in to publish: send a token.');
  }
  if (principal.kind === 'user' && !principal.scopes.includes('publish')) {
    throw new PantryFault('token_invalid', 'Token does not have publish permission');
  }
  return principal;
}

async function publish(
  { catalogue, publisher, secondFactors, signer }: PantryDoorOptions,
  request: FastifyRequest,
  principal: Principal,
  { metadata, staged, digests, invalid }: Upload,
): Promise<{ name: string; version: string; notices: string[] }> {
  const { registry } = request;
  const { name, version, description } = readPublishMetadata(metadata);
  request.place = { package: name, version };
  checkNewName(name);
  const { versionKey } = readVersion(version);
  const { sender, refusal } = await publisher.judge(registry, name, principal);
  if (refusal) throw refusal;
  const head = await catalogue.findPackage(registry.id, name);
  if (head && (await catalogue.hasVersion(head.id, versionKey))) {
    throw new Fault('version_exists', `${name} has a version ${version} already.`);
  }
  if (invalid) throw invalid;
  if (sender.kind === 'user') await secondFactors.assertMayWrite(sender, codeOf(request));
  const latest = head && (await catalogue.tags(head.id))['latest'];
  const isLatest = latest === undefined || npmRanges.newest([latest, version]) === version;
  const release = await readPackedRelease(
    { name, version, tags: isLatest ? ['latest'] : [], description },
    { digests, open: () => staged.open() },
  );
  const publication = await signedPublication(signer, release, {
    staged,
    digests,
    publisher: publisherShape(sender, registry, name),
  });
  const { notices } = await publisher.publish(registry, sender, publication);
  return { name, version, notices };
}
