/** What ties a log-in at the provider to the browser that began it, and to this server. */
export interface SignOnSecrets {
  /** Comes back with the person; RFC 6749 section 10.12. */
  state: string;
  /** Stands in the ID token; OpenID Connect Core section 3.1.2.1. */
  nonce: string;
  /** Of PKCE; RFC 7636. */
  verifier: string;
}

/** What the provider says of a person. */
export type PersonClaims = Readonly<Record<string, unknown>> & { sub: string };

/** An OpenID provider, asked by authorization code. */
export interface SignOnProvider {
  issuer: string;
  /** Where the browser goes. Fault `issuer_failed` if the provider cannot be asked. */
  authorizationUrl(secrets: SignOnSecrets, callback: string): Promise<URL>;
  /**
   * Who came back: the claims of an ID token whose signature, issuer, audience, time and nonce are right, and of the provider's
   * answer on the user. Faults `sign_on_failed`, `issuer_failed`.
   */
  person(callbackUrl: URL, secrets: SignOnSecrets): Promise<PersonClaims>;
}
