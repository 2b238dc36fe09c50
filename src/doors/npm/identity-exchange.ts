import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/index.ts';
import { isReadableName } from '../../formats/npm/index.ts';
import type { NpmDoorOptions } from './options.ts';
import { notFound } from './shapes.ts';

/** RFC 6750 section 2.1. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Gives a job a token for its identity token: lib/utils/oidc.js of npm 11.19. `registryId` null: npm leaves the registry's path out
 * of the URL, so every registry is meant that has a package of this name and trusts the job.
 */
export async function exchangeIdentity(
  { machines, publicUrl }: Pick<NpmDoorOptions, 'machines' | 'publicUrl'>,
  request: FastifyRequest,
  reply: FastifyReply,
  registryId: number | null,
): Promise<FastifyReply> {
  const { name: packageName } = request.params as { name: string };
  if (!isReadableName(packageName)) throw notFound();
  const identityToken = BEARER.exec(request.headers.authorization?.trim() ?? '')?.[1];
  if (identityToken === undefined) {
    throw new Fault(
      'unauthenticated',
      'Send the identity token of the job as «Authorization: Bearer <token>».',
    );
  }
  const { token, expiresAt } = await machines.exchange({
    identityToken,
    packageName,
    registryId,
    audiences: audiencesFor(publicUrl, request.base),
    address: request.clientAddress,
  });
  return reply
    .code(201)
    .header('cache-control', 'no-store')
    .send({ token, expires: new Date(expiresAt).toISOString() });
}

/** A host that the client names could be the host of another registry, whose tokens would then be good here. */
function audiencesFor(publicUrl: string | undefined, base: string): string[] {
  const { hostname, host } = new URL(publicUrl ?? base);
  if (publicUrl !== undefined || LOOPBACK.test(hostname)) {
    // npm leaves the port out, yarn 4 does not.
    return [...new Set([`npm:${hostname}`, `npm:${host}`])];
  }
  throw new Fault(
    'identity_invalid',
    'Trusted publishing needs the public URL of this registry: its operator sets KONTOR_PUBLIC_URL.',
  );
}
