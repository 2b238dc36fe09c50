/**
 * Every way in which Kontor says no: one table of stable codes. Doors map a code to the shape that their
 * client prints; tests assert codes, never sentences. The status is the HTTP default, which a door may change.
 */
export const errorCodes = {
  bad_request: 400,
  body_truncated: 400,
  json_invalid: 400,
  name_invalid: 400,
  unauthenticated: 401,
  token_invalid: 401,
  token_expired: 401,
  address_refused: 401,
  password_wrong: 401,
  password_insufficient: 401,
  identity_invalid: 401,
  sign_on_failed: 401,
  second_factor_required: 401,
  second_factor_wrong: 401,
  forbidden: 403,
  not_owner: 403,
  publish_closed: 403,
  scope_owned: 403,
  name_confusing: 403,
  last_owner: 409,
  name_taken: 409,
  team_exists: 409,
  second_factor_due: 403,
  version_hidden: 403,
  name_taken_upstream: 403,
  claim_required: 403,
  registration_off: 403,
  not_trusted: 403,
  trusted_only: 403,
  not_found: 404,
  package_not_found: 404,
  version_not_found: 404,
  tag_not_found: 404,
  link_invalid: 404,
  registry_not_found: 404,
  organisation_not_found: 404,
  team_not_found: 404,
  method_not_allowed: 405,
  gone: 410,
  conflict: 409,
  version_exists: 409,
  version_staged: 409,
  user_exists: 409,
  registry_exists: 409,
  policy_fixed: 409,
  email_taken: 409,
  last_administrator: 409,
  too_large: 413,
  unsupported_media: 415,
  advisory_invalid: 422,
  archive_invalid: 422,
  archive_too_large: 422,
  base64_invalid: 422,
  digest_mismatch: 422,
  length_mismatch: 422,
  lock_invalid: 422,
  manifest_invalid: 422,
  tag_invalid: 422,
  trust_invalid: 422,
  policy_invalid: 422,
  version_invalid: 422,
  password_weak: 422,
  code_wrong: 422,
  passkey_invalid: 422,
  user_name_invalid: 422,
  user_unknown: 422,
  email_invalid: 422,
  rate_limited: 429,
  internal: 500,
  mail_off: 501,
  issuer_failed: 502,
  upstream_failed: 502,
  upstream_differs: 502,
  unavailable: 503,
  upstream_down: 503,
  storage_full: 507,
  config_invalid: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorCodes;

export interface FaultOptions extends ErrorOptions {
  /** Seconds, whole. */
  retryAfter?: number;
  /** See `Fault.subject`. */
  subject?: string | undefined;
}

/**
 * A refusal that its receiver can act on. `message` is a whole sentence: what was wrong, where, what to do.
 * It is shown to clients, so it never holds a secret or a path of the server.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: ErrorCode;
  /** Seconds after which the same request may succeed; undefined where that is not known. */
  readonly retryAfter: number | undefined;
  /** Name of the user whom it is about, for the record only: the client may not learn that there is one. */
  readonly subject: string | undefined;

  constructor(code: ErrorCode, message: string, options?: FaultOptions) {
    super(message, options);
    this.code = code;
    this.retryAfter = options?.retryAfter;
    this.subject = options?.subject;
  }

  /** HTTP status that this code has unless a door says otherwise. */
  get status(): number {
    return errorCodes[this.code];
  }
}

/** True for a Fault, optionally one with the given code. */
export function isFault(error: unknown, code?: ErrorCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}

/** The code of a Node system error (`ENOENT`, …), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
