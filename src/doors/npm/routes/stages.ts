import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, type SignedIn } from '../../../accounts/index.ts';
import { checkNewName } from '../../../formats/npm/index.ts';
import { Fault, isoTime } from '../../../kernel/index.ts';
import type { StagedVersion } from '../../../registry/index.ts';
import { sendBytes } from '../../send-bytes.ts';
import type { NpmDoorOptions } from '../options.ts';
import { tell } from '../notices.ts';
import { largestBody, MAX_METADATA_BYTES, publicationOf, tooLarge } from '../publication.ts';
import { publisherShape } from '../../publisher-shape.ts';
import { readPublishBody } from '../publish-body/index.ts';
import { queryNumber, queryText } from '../../query.ts';
import { refuseEncoding } from '../../body/index.ts';
import { nameOf } from '../request.ts';
import { assertFactor } from '../second-factor.ts';
import { signedIn } from '../signed-in.ts';

const LARGEST_PAGE = 100;

/** `npm stage`: protocols/npm 3.7. Bringing a version asks for no second factor, deciding on it does. */
export function stageRoutes(app: FastifyInstance, options: NpmDoorOptions): void {
  const { blobs, publisher, secondFactors, signer, stages, maxTarballBytes } = options;

  const decider = async (request: FastifyRequest): Promise<{ principal: SignedIn; id: string }> => {
    const principal = await signedIn(request);
    const { id } = request.params as { id: string };
    const { packageName, version } = await stages.find(request.registry, principal, id);
    request.place = { package: packageName, version };
    // A robot's token does not spare it: what is staged waits for a person.
    await assertFactor(secondFactors, request, principal.user, actorOf(principal));
    return { principal, id };
  };

  app.post(
    '/-/stage/package/:name',
    { config: { audit: 'package.stage', limit: 'publish' } },
    async (request, reply) => {
      const name = nameOf(request);
      const principal = await request.principal();
      checkNewName(name);
      const { sender, refusal } = await publisher.judge(
        request.registry,
        name,
        principal,
        'createStagedPackage',
      );
      if (refusal) throw refusal;
      refuseEncoding(request);
      if (Number(request.headers['content-length'] ?? 0) > largestBody(maxTarballBytes)) {
        throw tooLarge(maxTarballBytes);
      }
      const { document, attachments } = await readPublishBody(request.raw, {
        maxMetadataBytes: MAX_METADATA_BYTES,
        maxTarballBytes,
        stage: () => blobs.stage(),
      });
      const [attachment] = attachments;
      if (attachment === undefined) {
        throw new Fault('manifest_invalid', 'To stage a version, send it with one tarball in _attachments.');
      }
      try {
        const publication = await publicationOf(signer, {
          name,
          document,
          attachment,
          publisher: publisherShape(sender, request.registry, name),
        });
        request.place = { version: publication.version };
        const { stageId, notices } = await stages.stage(request.registry, sender, publication);
        return await tell(reply, notices).code(201).send({ ok: true, stageId });
      } finally {
        await attachment.staged.discard();
      }
    },
  );

  app.get('/-/stage', async (request, reply) => {
    const principal = await signedIn(request);
    const limit = Math.min(Math.max(queryNumber(request, 'perPage', LARGEST_PAGE), 1), LARGEST_PAGE);
    const { items, total } = await stages.list(request.registry, principal, {
      name: queryText(request, 'package') ?? null,
      limit,
      offset: queryNumber(request, 'page', 0) * limit,
    });
    return reply.header('cache-control', 'no-store').send({ items: items.map(stageShape), total });
  });

  app.get('/-/stage/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const version = await stages.find(request.registry, await signedIn(request), id);
    return reply.header('cache-control', 'no-store').send(stageShape(version));
  });

  app.get('/-/stage/:id/tarball', async (request, reply) => {
    const { id } = request.params as { id: string };
    const { artifacts } = await stages.find(request.registry, await signedIn(request), id);
    const [artifact] = artifacts;
    if (artifact === undefined) throw new Fault('not_found', 'The staged version has no tarball any more.');
    const stream = await blobs.open(artifact.key);
    reply
      .header('content-type', 'application/octet-stream')
      .header('cache-control', 'private, no-store')
      .header('content-length', artifact.size);
    return sendBytes(reply, stream);
  });

  app.post('/-/stage/:id/approve', { config: { audit: 'package.approve' } }, async (request) => {
    const { principal, id } = await decider(request);
    await stages.approve(request.registry, principal, id);
    return { ok: true };
  });

  app.delete('/-/stage/:id', { config: { audit: 'package.reject' } }, async (request, reply) => {
    const { principal, id } = await decider(request);
    await stages.reject(request.registry, principal, id);
    return reply.code(204).send();
  });
}

function stageShape({ id, packageName, version, tags, createdAt, stagedBy, via, artifacts }: StagedVersion) {
  return {
    id,
    packageName,
    version,
    tag: tags[0] ?? 'latest',
    createdAt: isoTime(createdAt),
    actor: stagedBy,
    actorType: via.startsWith('trusted:') ? 'trusted publisher' : 'user',
    shasum: artifacts[0]?.sha1,
  };
}
