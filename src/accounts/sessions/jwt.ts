import type { KeyObject } from 'node:crypto';
import type * as Jose from 'jose';

/** What a session's token says: RFC 7519 section 4.1, and `sid` of OpenID Connect Front-Channel Logout section 3. */
export interface SessionClaims {
  /** The user's name. */
  sub: string;
  /** Names the session; random. */
  sid: string;
  /** The store that made it. */
  iss: string;
  /** Milliseconds since the epoch, whole seconds. */
  issuedAt: number;
  expiresAt: number;
}

/** The one algorithm, named here and never taken from the token: RFC 8725 section 3.1. */
const ALGORITHM = 'HS256';

const SHAPE = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** Ours have 300 to 400 characters. */
const LONGEST = 2000;

/** Loaded with the first session: most servers that only npm talks to never see one. */
function jose(): Promise<typeof Jose> {
  return import('jose');
}

/** True for what has the shape of a JWT, so that nothing else is looked into. */
export function looksLikeJwt(text: string): boolean {
  return text.length <= LONGEST && SHAPE.test(text);
}

export async function signSession(claims: SessionClaims, key: KeyObject): Promise<string> {
  const { SignJWT } = await jose();
  return new SignJWT({ sid: claims.sid })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(claims.sub)
    .setIssuer(claims.iss)
    .setIssuedAt(claims.issuedAt / 1000)
    .setExpirationTime(claims.expiresAt / 1000)
    .sign(key);
}

/**
 * The claims of a token that this key has signed for this issuer, unless it has expired or comes from the future.
 * `signature` tells a wrong signature, which another key may have made, from everything else that can be wrong.
 */
export async function verifySession(
  token: string,
  key: KeyObject,
  { issuer, now, longest }: { issuer: string; now: number; longest: number },
): Promise<{ sub: string; sid: string } | 'signature' | undefined> {
  const { errors, jwtVerify } = await jose();
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer,
      currentDate: new Date(now),
      // With it, a date of issue in the future is refused too.
      maxTokenAge: longest / 1000,
      // The clocks of replicas differ.
      clockTolerance: 5,
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
    });
    const { sub, sid } = payload;
    return typeof sub === 'string' && typeof sid === 'string' ? { sub, sid } : undefined;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
