import type { Generated } from 'kysely';

export interface StoreTables {
  store: StoreTable;
  signing_keys: SigningKeysTable;
}

/** Facts on the store itself: `id`, `epoch`. */
interface StoreTable {
  name: string;
  value: string;
}

interface SigningKeysTable {
  id: Generated<number>;
  purpose: string;
  /** At most one current key a purpose, which settles a race of two first starts. */
  current_for: string | null;
  key_id: string;
  /** Base64 of the SubjectPublicKeyInfo in DER. */
  public_key: string;
  /** PKCS #8 PEM, wrapped by the secret of the settings where there is one. */
  private_key: string;
  created_at: number;
  expires_at: number | null;
}
