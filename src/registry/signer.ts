import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign as cryptoSign,
  type KeyObject,
} from 'node:crypto';
import type { Clock } from '../kernel/index.ts';
import type { SigningKeyRow, SigningKeys } from './ports/index.ts';

/** Turns a private key into what may lie in the database, and back. */
export interface KeyWrap {
  wrap(pem: string): string;
  unwrap(stored: string): string;
}

/** A signature and the key that made it. */
export interface Signature {
  keyId: string;
  /** Base64 of the DER form. */
  sig: string;
}

/**
 * Signs with ECDSA P-256 and SHA-256 under the current key of a purpose, which the first use makes. All replicas
 * share the key; see protocols of the doors for the text that is signed.
 */
export class Signer {
  readonly #keys: SigningKeys;
  readonly #purpose: string;
  readonly #wrap: KeyWrap;
  readonly #clock: Clock;
  #current: Promise<{ keyId: string; key: KeyObject }> | undefined;

  constructor(keys: SigningKeys, purpose: string, wrap: KeyWrap, clock: Clock) {
    this.#keys = keys;
    this.#purpose = purpose;
    this.#wrap = wrap;
    this.#clock = clock;
  }

  async sign(text: string): Promise<Signature> {
    this.#current ??= this.#load().catch((error: unknown) => {
      this.#current = undefined;
      throw error;
    });
    const { keyId, key } = await this.#current;
    return { keyId, sig: cryptoSign('sha256', Buffer.from(text, 'utf8'), key).toString('base64') };
  }

  /** Every key that ever signed, so that old signatures verify. */
  async publicKeys(): Promise<Omit<SigningKeyRow, 'privateKey'>[]> {
    await this.sign('');
    const rows = await this.#keys.list(this.#purpose);
    return rows.map(({ purpose, keyId, publicKey, createdAt, expiresAt }) => ({
      purpose,
      keyId,
      publicKey,
      createdAt,
      expiresAt,
    }));
  }

  async #load(): Promise<{ keyId: string; key: KeyObject }> {
    const rows = await this.#keys.list(this.#purpose);
    const current = rows.find((row) => row.expiresAt === null) ?? (await this.#keys.adopt(this.#generate()));
    return { keyId: current.keyId, key: createPrivateKey(this.#wrap.unwrap(current.privateKey)) };
  }

  #generate(): SigningKeyRow {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return {
      purpose: this.#purpose,
      keyId: `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`,
      publicKey: spki.toString('base64'),
      privateKey: this.#wrap.wrap(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
      createdAt: this.#clock(),
      expiresAt: null,
    };
  }
}
