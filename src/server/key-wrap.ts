import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { Fault } from '../kernel/index.ts';
import type { KeyWrap } from '../registry/index.ts';

const PREFIX = 'wrapped:1:';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps private keys unreadable to who has only the database: AES-256-GCM under a key from `KONTOR_SECRET` by scrypt. Without a
 * secret they are stored as they are; a secret that is set later still reads those.
 */
export function keyWrap(secret: string | undefined): KeyWrap {
  return {
    wrap(pem) {
      if (secret === undefined) return pem;
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', scryptSync(secret, salt, 32), nonce);
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
      const key = scryptSync(secret, bytes.subarray(0, saltEnd), 32);
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
    `The signing keys in the database are wrapped by KONTOR_SECRET, which ${how} here. Start with the secret that they were made with.`,
  );
}
