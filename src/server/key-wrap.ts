import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Fault } from '../kernel/index.ts';
import type { KeyWrap } from '../registry/index.ts';

const PREFIX = 'wrapped:1:';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Salts are those of the processes that have wrapped something. */
const MOST_KEYS = 200;

/**
 * Keeps private keys and shared secrets unreadable to who has only the database: AES-256-GCM under a key from `KONTOR_SECRET`
 * by scrypt, derived once for each salt, since that blocks for as long as hashing a password. Without a secret they are
 * stored as they are; a secret that is set later still reads those.
 */
export function keyWrap(secret: string | undefined): KeyWrap {
  const keys = new LRUCache<string, Buffer>({ max: MOST_KEYS });
  const keyFor = (password: string, salt: Buffer): Buffer => {
    const name = salt.toString('base64');
    const key = keys.get(name) ?? scryptSync(password, salt, 32);
    keys.set(name, key);
    return key;
  };
  const salt = randomBytes(SALT_BYTES);
  return {
    wrap(pem) {
      if (secret === undefined) return pem;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(secret, salt), nonce);
      const sealed = Buffer.concat([cipher.update(pem, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    unwrap(stored) {
      if (!stored.startsWith(PREFIX)) return stored;
      if (secret === undefined) throw wrongSecret('is not set');
      const bytes = Buffer.from(stored.slice(PREFIX.length), 'base64');
      const [saltEnd, nonceEnd, tagEnd] = [
        SALT_BYTES,
        SALT_BYTES + NONCE_BYTES,
        SALT_BYTES + NONCE_BYTES + TAG_BYTES,
      ];
      const key = keyFor(secret, bytes.subarray(0, saltEnd));
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(saltEnd, nonceEnd));
      decipher.setAuthTag(bytes.subarray(nonceEnd, tagEnd));
      try {
        return decipher.update(bytes.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw wrongSecret('is another one');
      }
    },
  };
}

function wrongSecret(how: string): Fault {
  return new Fault(
    'config_invalid',
    `The secrets in the database are wrapped by KONTOR_SECRET, which ${how} here. Start with the one that they were wrapped with.`,
  );
}
