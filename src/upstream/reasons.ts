import { errnoOf } from '../kernel/index.ts';

const UNTRUSTED = 'its certificate is not trusted here';

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'its answer did not come in time',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped in the middle',
  UND_ERR_SOCKET: 'the connection broke',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is that of another host',
};

/** Why a request failed, as a clause for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'its answer took too long';
  if (error instanceof Error && error.name === 'HTTPParserError') return 'its answer is no HTTP';
  const code = errnoOf(error);
  return REASONS[code ?? ''] ?? (code ? `the request failed (${code})` : 'the request failed');
}

/** True if the request found nobody who would answer, so that others will not either. */
export function isUnreachable(error: unknown): boolean {
  const code = errnoOf(error) ?? '';
  if (['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'].includes(code)) return true;
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
}

/** A server may close an idle connection in the moment in which we write to it: that says nothing of the server. */
export function isBrokenConnection(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(errnoOf(error) ?? '');
}
