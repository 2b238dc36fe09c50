import type { FastifyInstance } from 'fastify';
import { isReadableName } from '../../../formats/npm/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { notFound } from '../shapes.ts';

/** Provenance bundles, which `dist.attestations` leads to: protocols/npm 7.2. */
export function attestationRoutes(app: FastifyInstance, { catalogue, reader }: NpmDoorOptions): void {
  app.get('/-/npm/v1/attestations/:spec', async (request, reply) => {
    const { spec } = request.params as { spec: string };
    const at = spec.lastIndexOf('@');
    const name = spec.slice(0, Math.max(at, 0));
    if (!isReadableName(name)) throw notFound();
    const head = await reader.owned(request.registry, name, await request.principal());
    const attestation = head && (await catalogue.attestation(head.id, spec.slice(at + 1)));
    if (attestation === undefined) throw notFound();
    const { predicateType, bundle } = attestation;
    // The bundle is JSON text already.
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(`{"attestations":[{"predicateType":${JSON.stringify(predicateType)},"bundle":${bundle}}]}`);
  });
}
