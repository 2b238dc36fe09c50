/** A key pair with which Kontor vouches for what it serves, at rest. */
export interface SigningKeyRow {
  /** What it signs: `npm` for `dist.signatures`. */
  purpose: string;
  /** What clients compare: `SHA256:` and the unpadded base64 of the digest of the public key. */
  keyId: string;
  /** Base64 of the SubjectPublicKeyInfo in DER. */
  publicKey: string;
  /** PKCS #8 PEM, or its wrapped form where the settings give a secret. */
  privateKey: string;
  createdAt: number;
  /** When it ceased to sign; null for the current key. Old keys stay listed so that old signatures verify. */
  expiresAt: number | null;
}

/** Where key pairs are kept, shared by all replicas. */
export interface SigningKeys {
  /** Every key of a purpose, oldest first. */
  list(purpose: string): Promise<SigningKeyRow[]>;
  /** Makes this the current key unless there is one; returns the one that is current. */
  adopt(key: SigningKeyRow): Promise<SigningKeyRow>;
}
