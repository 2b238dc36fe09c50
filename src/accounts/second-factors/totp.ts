import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** RFC 6238 with what every authenticator app can do: HMAC-SHA-1, six digits, a new code every 30 seconds. */
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** RFC 4226 section 4 recommends 160 bits. */
const SECRET_BYTES = 20;
/** A code of the step before or after counts too (RFC 6238 section 5.2), for clocks that differ by up to half a minute. */
const WINDOW = 1;

/** A fresh shared secret in base32, as authenticator apps take it. */
export function newTotpSecret(): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer }).base32;
}

/** The URL that apps read from a QR code. `issuer` tells the account apart from those of other servers. */
export function otpauthUrl(secret: string, issuer: string, userName: string): string {
  return totp(secret, issuer, userName).toString();
}

/** The time step whose code this is, in the window around `now` (milliseconds); undefined if it is none of them. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

/** The digits of what was typed as a code of an app, which many show as `123 456`; undefined for anything else. */
export function readTotpCode(typed: string): string | undefined {
  const digits = typed.replaceAll(/[ -]/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}

function totp(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({
    secret: Secret.fromBase32(secret),
    issuer,
    label,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
  });
}
