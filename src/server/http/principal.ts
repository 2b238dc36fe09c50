import type { FastifyRequest } from 'fastify';
import {
  isMachineToken,
  looksLikeToken,
  isToken,
  nobodyAt,
  type Accounts,
  type Machines,
  type Principal,
} from '../../accounts/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { sessionFromCookie } from './session-cookie.ts';

/** Who asks, by the credentials of the request. Faults `token_invalid` and `password_wrong` if they are no good. */
export async function principalOf(
  request: FastifyRequest,
  accounts: Accounts,
  machines: Machines,
): Promise<Principal> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const session = sessionFromCookie(request.raw, request.originalUrl);
    return session === undefined
      ? nobodyAt(request.clientAddress)
      : accounts.authenticate(session, request.clientAddress);
  }
  const credentials = authorization.trim();
  // Pantry's clients leave the scheme out: protocols/pantry 1.
  const token = BEARER.exec(credentials)?.[1] ?? (isToken(credentials) ? credentials : undefined);
  if (token !== undefined && isMachineToken(token)) {
    return machines.authenticate(token, request.clientAddress);
  }
  if (token !== undefined) return accounts.authenticate(token, request.clientAddress);
  const pair = pairFrom(BASIC.exec(credentials)?.[1]);
  if (pair !== undefined) return byPair(accounts, pair, request.clientAddress);
  throw new Fault(
    'token_invalid',
    'These credentials are not understood: send «Authorization: Bearer <token>», or Basic with a name and a password or token.',
  );
}

interface Pair {
  name: string;
  secret: string;
}

/**
 * Some clients send what stands in a URL as it stands there: percent-encoded, though the header is not to be (protocols/zig 7). What was
 * sent is tried to the letter first, unless it can only be an encoded token.
 */
async function byPair(accounts: Accounts, { name, secret }: Pair, address: string): Promise<Principal> {
  const decoded = percentDecoded(secret);
  if (looksLikeToken(decoded)) return accounts.authenticatePair(name, decoded, address);
  try {
    return await accounts.authenticatePair(name, secret, address);
  } catch (error) {
    if (decoded === secret || !isFault(error, 'password_wrong')) throw error;
    return accounts.authenticatePair(name, decoded, address);
  }
}

/** The text itself if it is not encoded. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 6750 section 2.1; schemes are case-insensitive (RFC 9110 section 11.1). */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;
/** RFC 7617 section 2. */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

/** A name has no colon; a password may (RFC 7617 section 2). Undefined if name or secret is missing. */
function pairFrom(base64: string | undefined): Pair | undefined {
  const text = base64 === undefined ? '' : (utf8(Buffer.from(base64, 'base64')) ?? '');
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { name: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** Undefined for bytes that are no UTF-8. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
