import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault, type ErrorCode } from '../../kernel/index.ts';
import type { ArtifactRow, VersionRow } from '../../registry/index.ts';
import { faultFrom, sayWhenToRetry } from '../faults.ts';
import { integrity } from '../npm-publication.ts';
import { PromptFault } from './second-factor.ts';

/** Where npm clients fetch a file: the form without the scope in the file name, which yarn 4 builds by itself. */
export function tarballUrl(base: string, name: string, file: string): string {
  return `${base}/${name}/-/${file}`;
}

/** Where npm clients fetch the attestations of a version. */
export function attestationsUrl(base: string, name: string, version: string): string {
  return `${base}/-/npm/v1/attestations/${name}@${version}`;
}

/** `dist` of a version, as JSON text. */
export function distText(
  base: string,
  name: string,
  version: Pick<VersionRow, 'version' | 'provenance'>,
  artifact: ArtifactRow,
): string {
  const dist = {
    tarball: tarballUrl(base, name, artifact.file),
    shasum: artifact.sha1,
    integrity: integrity(artifact.sha512),
    ...(version.provenance !== null && {
      attestations: {
        url: attestationsUrl(base, name, version.version),
        provenance: { predicateType: version.provenance },
      },
    }),
  };
  const facts = artifact.facts.slice(1, -1);
  return facts === '' ? JSON.stringify(dist) : `${JSON.stringify(dist).slice(0, -1)},${facts}}`;
}

/** Codes whose status differs at this door: npm knows «cannot publish over» as 403. */
const statusHere: Partial<Record<ErrorCode, number>> = { version_exists: 403 };

/** Errors as npm prints them: `error` is read by npm, `code` by people who search for it. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  const status = statusHere[fault.code] ?? fault.status;
  if (status === 401) {
    const wanted = challenge(fault, request);
    if (wanted !== undefined) reply.header('www-authenticate', wanted);
  }
  sayWhenToRetry(fault, reply);
  const urls = fault instanceof PromptFault ? fault.urls : undefined;
  return reply.code(status).send({ error: fault.message, code: fault.code, ...urls });
}

/**
 * RFC 6750 section 3: what was wrong is told to whom sent something. bun shows this header and not the body. The text may hold
 * neither quotes nor anything beyond ASCII.
 */
function challenge({ code, message }: Fault, { headers }: FastifyRequest): string | undefined {
  // Protocols/npm 4.4: clients ask for a code and try again.
  if (code === 'second_factor_required' || code === 'second_factor_wrong') return 'OTP';
  if (code === 'password_wrong' || code === 'password_insufficient') {
    // With a header npm blames what it sent as credentials and hides the sentence, which is wrong for a log-in.
    return /^ *basic /i.test(headers.authorization ?? '')
      ? 'Basic realm="Kontor", charset="UTF-8"'
      : undefined;
  }
  // npm's word, by which it tells its user that the address is to blame; nothing may stand behind it.
  if (code === 'address_refused') return 'ipaddress';
  if (headers.authorization === undefined) return 'Bearer';
  const description = message.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
  return `Bearer error="invalid_token", error_description="${description}"`;
}

/** npmjs answers a missing package with these words, and clients know them. */
export function notFound(): Fault {
  return new Fault('package_not_found', 'Not found');
}
