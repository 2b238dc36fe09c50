import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import type { PackageRow, Visibility } from '../../../registry/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { nameOf, readJson } from '../request.ts';
import { assertFactorForWrite } from '../second-factor.ts';
import { notFound } from '../shapes.ts';

/** `npm access`: what protocols/npm 8 has on a single package. */
export function accessRoutes(
  app: FastifyInstance,
  { sharing, publisher, reader, secondFactors }: NpmDoorOptions,
): void {
  const headOf = async (request: FastifyRequest): Promise<PackageRow> => {
    const head = await reader.owned(request.registry, nameOf(request), await request.principal());
    if (head === undefined) throw notFound();
    return head;
  };

  app.get('/-/package/:name/visibility', async (request, reply) => {
    const { visibility } = await headOf(request);
    return reply.header('cache-control', 'no-cache').send({ public: visibility === 'public' });
  });

  app.get('/-/package/:name/collaborators', async (request, reply) => {
    const principal = await request.principal();
    const collaborators = await sharing.collaborators(request.registry, principal, nameOf(request));
    if (collaborators === undefined) throw notFound();
    return reply.header('cache-control', 'no-cache').send(collaborators);
  });

  app.post('/-/package/:name/access', { config: { audit: 'package.access' } }, async (request) => {
    const name = nameOf(request);
    const principal = await publisher.assertMayChange(
      request.registry,
      name,
      await request.principal(),
      'manage',
    );
    const visibility = readAccess(await readJson(request));
    if (visibility !== null) {
      await assertFactorForWrite(secondFactors, request, principal);
      await publisher.setVisibility(request.registry, principal, { name, visibility });
    }
    return { ok: true };
  });
}

/** null: nothing to change. */
function readAccess(body: unknown): Visibility | null {
  const { access, publish_requires_tfa: secondFactor } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as Record<string, unknown>;
  if (secondFactor !== undefined && secondFactor !== false) {
    throw new Fault('bad_request', 'Second factors cannot be asked for here yet: only mfa=none can be set.');
  }
  if (access === 'public') return 'public';
  // npm's word, and what its users call it.
  if (access === 'restricted' || access === 'private') return 'private';
  if (access === undefined && secondFactor === false) return null;
  throw new Fault('bad_request', 'The access of a package is "public" or "restricted".');
}
