import { randomBytes } from 'node:crypto';
import { secretFingerprint, secretKey, type SessionSecrets, type SessionStore } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { SigningKeys } from '../registry/index.ts';
import type { Values } from './config/index.ts';
import { keyWrap } from './key-wrap.ts';

export interface SessionSecretParts {
  values: Pick<Values, 'secret' | 'jwtSecret' | 'jwtSecretPrevious' | 'jwtSecretGrace'>;
  signingKeys: SigningKeys;
  sessions: Pick<SessionStore, 'retireSecret'>;
  clock: Clock;
}

/**
 * The secrets of the settings; without one, that of the database, which the first who asks makes. All replicas see the same, and
 * agree on since when the previous one is a former one.
 */
export async function loadSessionSecrets(parts: SessionSecretParts): Promise<SessionSecrets> {
  const { jwtSecret, jwtSecretPrevious: previous, jwtSecretGrace: grace } = parts.values;
  const current = secretKey(jwtSecret ?? (await keptSecret(parts)));
  if (previous === undefined) return { current, previous: null };
  const fingerprint = secretFingerprint(previous);
  const since = await parts.sessions.retireSecret({ fingerprint, at: parts.clock() });
  return { current, previous: { key: secretKey(previous), until: since + grace } };
}

const PURPOSE = 'session';

async function keptSecret({ values, signingKeys, clock }: SessionSecretParts): Promise<string> {
  const { wrap, unwrap } = keyWrap(values.secret);
  const kept = (await signingKeys.list(PURPOSE)).find(({ expiresAt }) => expiresAt === null);
  if (kept) return unwrap(kept.privateKey);
  const made = randomBytes(32).toString('hex');
  const adopted = await signingKeys.adopt({
    purpose: PURPOSE,
    keyId: secretFingerprint(made),
    publicKey: '',
    privateKey: wrap(made),
    createdAt: clock(),
    expiresAt: null,
  });
  return unwrap(adopted.privateKey);
}
