import type { FastifyInstance } from 'fastify';
import { checkTag, readVersion } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { contentTypes } from '../documents/index.ts';
import { warn } from '../notices.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf, readJson } from '../request.ts';
import { assertFactorForWrite } from '../second-factor.ts';
import { notFound } from '../shapes.ts';
import { sendDocument } from './packument.ts';

/** `npm dist-tag`: protocols/npm 3.6. */
export function distTagRoutes(
  app: FastifyInstance,
  { reader, publisher, documents, secondFactors }: NpmDoorOptions,
): void {
  app.get('/-/package/:name/dist-tags', async (request, reply) => {
    const name = nameOf(request);
    const source = await reader.document(request.registry, name, await request.principal());
    if (source === undefined) throw notFound();
    if (source.origin === 'local') {
      const tags = await documents.tags(source.head, source.rules, request.base);
      return reply.header('cache-control', 'no-cache').send(tags);
    }
    warn(reply, source.document);
    const part = await documents.part(name, source, { want: 'tags' }, request.base);
    if (part === undefined) throw notFound();
    return sendDocument(request, reply, part, contentTypes.full);
  });

  app.put('/-/package/:name/dist-tags/:tag', { config: { audit: 'package.tag' } }, async (request, reply) => {
    const { tag } = request.params as { tag: string };
    const name = nameOf(request);
    const principal = await request.principal();
    checkTag(tag);
    const version = await readJson(request);
    if (typeof version !== 'string') {
      throw new Fault('bad_request', 'The body must be the version as a JSON string, such as "1.2.3".');
    }
    readVersion(version);
    // Other tags move without it, as at npmjs: who installs gets `latest` unless they ask for more.
    if (tag === 'latest') {
      const sender = await publisher.assertMayChange(request.registry, name, principal, 'write');
      await assertFactorForWrite(secondFactors, request, sender);
    }
    await publisher.tag(request.registry, principal, { name, tag, version });
    return reply.code(201).send({ ok: true });
  });

  app.delete(
    '/-/package/:name/dist-tags/:tag',
    { config: { audit: 'package.tag' } },
    async (request, reply) => {
      const { tag } = request.params as { tag: string };
      const name = nameOf(request);
      const principal = await request.principal();
      if (tag === 'latest') {
        throw new Fault(
          'forbidden',
          'The tag latest cannot be removed; point it at another version instead.',
        );
      }
      await publisher.tag(request.registry, principal, { name, tag, version: null });
      return reply.send({ ok: true });
    },
  );
}
