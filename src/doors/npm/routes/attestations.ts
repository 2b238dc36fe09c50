import type { FastifyInstance, FastifyReply } from 'fastify';
import { isReadableName, npmAttestations, readVersion, tarballName } from '../../../formats/npm/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { notFound } from '../shapes.ts';

/** Provenance bundles, which `dist.attestations` leads to: protocols/npm 7.2. Those of upstream packages are passed on. */
export function attestationRoutes(app: FastifyInstance, options: NpmDoorOptions): void {
  const { catalogue, reader, answers } = options;
  app.get('/-/npm/v1/attestations/:spec', async (request, reply) => {
    const { spec } = request.params as { spec: string };
    const at = spec.lastIndexOf('@');
    const name = spec.slice(0, Math.max(at, 0));
    const version = spec.slice(at + 1);
    if (!isReadableName(name) || !isVersion(version)) throw notFound();
    const principal = await request.principal();
    const file = tarballName(name, version);
    const head = await reader.ownedFor(request.registry, name, { version, file }, principal);
    if (head === 'nowhere') throw notFound();
    if (head === undefined) {
      const { scope, names } = await reader.outward(request.registry, [name], principal);
      const question = npmAttestations(name, version);
      if (names.length > 0) return sendJson(reply, await answers.about(scope, name, question));
      await answers.glance(scope, name, question);
      throw notFound();
    }
    const attestation = await catalogue.attestation(head.id, version);
    if (attestation === undefined) throw notFound();
    const { predicateType, bundle } = attestation;
    // The bundle is JSON text already.
    return sendJson(
      reply,
      `{"attestations":[{"predicateType":${JSON.stringify(predicateType)},"bundle":${bundle}}]}`,
    );
  });
}

function sendJson(reply: FastifyReply, text: string | undefined): FastifyReply {
  if (text === undefined) throw notFound();
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(text);
}

function isVersion(text: string): boolean {
  try {
    readVersion(text);
    return true;
  } catch {
    return false;
  }
}
