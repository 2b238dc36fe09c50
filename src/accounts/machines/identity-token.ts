import type { JWK } from 'jose';
import { Fault, isFault } from '../../kernel/index.ts';
import type { Claims } from './match.ts';

/** Signatures that are accepted: public keys only, so that no key can pass for a shared secret; `none` is none of them. */
export const SIGNATURE_ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Clocks of two services differ; seconds. */
const CLOCK_TOLERANCE = 30;
/** GitHub's have some 2 KB. */
const LONGEST_TOKEN = 16 * 1024;
/** No identity token needs a longer life, milliseconds: GitHub's has 5 minutes, GitLab's as long as a job may take. */
const LONGEST_LIFE = 24 * 3_600_000;

/** The public keys of OpenID issuers. */
export interface IssuerKeys {
  /**
   * Keys from the issuer's own discovery document, or what is remembered of them; `anew`: not older than some seconds. Fault
   * `issuer_failed` if they cannot be had.
   */
  of(issuer: string, anew: boolean): Promise<{ keys: JWK[] }>;
}

/** Loaded by the first machine that comes: a server that trusts none starts without. */
const library = () => import('jose');

/** The `iss` of a token that nobody has verified yet, by which rules are chosen. Fault `identity_invalid` for what is no JWT. */
export async function claimedIssuer(token: string): Promise<string> {
  try {
    if (token.length > LONGEST_TOKEN) throw new Error('too long');
    const { decodeJwt } = await library();
    const { iss } = decodeJwt(token);
    if (typeof iss !== 'string') throw new Error('no iss');
    return iss;
  } catch (cause) {
    throw invalid('it is no JWT with an issuer', cause);
  }
}

/** What the token says, if it is the issuer's, for us, and of now. Faults `identity_invalid`, `issuer_failed`. */
export async function verifyIdentityToken(
  token: string,
  { issuer, audiences, now }: { issuer: string; audiences: readonly string[]; now: number },
  issuers: IssuerKeys,
): Promise<Claims> {
  const { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } = await library();
  const check = async (anew: boolean) => {
    const keys = createLocalJWKSet(await issuers.of(issuer, anew));
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: [...audiences],
      algorithms: [...SIGNATURE_ALGORITHMS],
      requiredClaims: ['exp', 'iat', 'sub'],
      maxTokenAge: LONGEST_LIFE / 1000,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
    });
    return payload;
  };
  try {
    refuseAlgorithm(decodeProtectedHeader(token).alg);
    return await check(false).catch((error: unknown) => {
      // Keys change; one that we do not know may be new.
      if (error instanceof errors.JWKSNoMatchingKey) return check(true);
      throw error;
    });
  } catch (error) {
    throw isFault(error) ? error : invalid(reasonOf(error, errors), error);
  }
}

/** Before the issuer is asked for keys: such a token would be refused by any of them. */
function refuseAlgorithm(alg: string | undefined): void {
  if (alg === undefined || !SIGNATURE_ALGORITHMS.includes(alg)) {
    throw invalid(`its algorithm is none of ${SIGNATURE_ALGORITHMS.join(', ')}`);
  }
}

function reasonOf(error: unknown, errors: Awaited<ReturnType<typeof library>>['errors']): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === 'missing'
      ? `its claim ${error.claim} is missing`
      : `its claim ${error.claim} is not what it must be`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'it is damaged';
}

function invalid(reason: string, cause?: unknown): Fault {
  return new Fault(
    'identity_invalid',
    `This identity token is not accepted: ${reason}. Ask the issuer for a new one, for the audience that npm names.`,
    { cause },
  );
}
