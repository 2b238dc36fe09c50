import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault, type ErrorCode } from '../../kernel/index.ts';
import { faultFrom, sayWhenToRetry } from '../faults.ts';

/** A refusal whose message is the very one that Vais clients know. */
export class VaisFault extends Fault {}

/** Protocols/vais 2: what its clients are told for codes that faults of other rooms have. */
const words: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Unauthorized',
  token_invalid: 'Invalid token',
  token_expired: 'Token expired',
  // What came as another scheme than Bearer; whoever logs in is told otherwise.
  password_wrong: 'Invalid token',
  second_factor_required:
    'Second factor required: send a one-time password of your authenticator app, as otp beside the password.',
  json_invalid: 'Invalid JSON',
  internal: 'Internal error',
};

/** What stands before a sentence of another room's fault, by code. */
const beginnings: Partial<Record<ErrorCode, string>> = {
  archive_invalid: 'Archive error',
  archive_too_large: 'Archive error',
  manifest_invalid: 'Archive error',
  name_invalid: 'Invalid package name',
  version_invalid: 'Invalid version',
  bad_request: 'Bad request',
  unsupported_media: 'Bad request',
  body_truncated: 'Bad request',
};

/** Codes whose status differs at this door: whatever is wrong with what was sent is a bad request here. */
const statusHere: Partial<Record<number, number>> = { 415: 400, 422: 400 };

/** Errors as Vais clients read them: the status stands in the body too. */
export function sendVaisError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = faultFrom(error, request);
  // There is no door either: the edge answers as it does where nothing is.
  if (fault.code === 'registry_not_found') throw fault;
  sayWhenToRetry(fault, reply);
  const status = statusHere[fault.status] ?? fault.status;
  const wanted = status === 401 ? challenge(fault) : undefined;
  if (wanted !== undefined) reply.header('www-authenticate', wanted);
  return reply.code(status).send({ error: messageOf(fault, request), status });
}

function messageOf(fault: Fault, request: FastifyRequest): string {
  if (fault instanceof VaisFault) return fault.message;
  const known = words[fault.code] ?? wordsOnPackage(fault, request);
  if (known !== undefined) return known;
  const beginning = beginnings[fault.code] ?? (fault.status === 403 ? 'Forbidden' : undefined);
  return beginning === undefined ? fault.message : `${beginning}: ${fault.message}`;
}

/** What the catalogue says of a package and a version, with the names that the request has for them. */
function wordsOnPackage({ code }: Fault, { place, params }: FastifyRequest): string | undefined {
  const asked = params as { name?: string; version?: string } | undefined;
  const name = place?.package ?? asked?.name;
  const version = place?.version ?? asked?.version;
  if (name === undefined) return undefined;
  if (code === 'package_not_found') return `Package not found: ${name}`;
  if (version === undefined) return undefined;
  if (code === 'version_not_found') return `Version not found: ${name}@${version}`;
  return code === 'version_exists' ? `Version already exists: ${name}@${version}` : undefined;
}

/** RFC 9110 section 11.6.1. A client that is told `OTP` asks for a code and tries again; see docs/vais.md. */
function challenge({ code }: Fault): string | undefined {
  if (code === 'second_factor_required' || code === 'second_factor_wrong') return 'OTP';
  return code === 'password_wrong' ? undefined : 'Bearer';
}
