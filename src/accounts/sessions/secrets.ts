import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** What signs sessions, shared by all replicas. */
export interface SessionSecrets {
  current: KeyObject;
  /** The one before, and until when it counts, milliseconds since the epoch. */
  previous: { key: KeyObject; until: number } | null;
}

/** The bytes of the text, as other programs with the same `JWT_SECRET` take them. */
export function secretKey(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8');
}

/** Names a secret without giving it away. */
export function secretFingerprint(secret: string): string {
  return createHmac('sha256', secret).update('fingerprint of a session secret').digest('hex');
}
