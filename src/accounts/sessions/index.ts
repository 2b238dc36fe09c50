export type * from './store.ts';
export { looksLikeJwt } from './jwt.ts';
export { secretFingerprint, secretKey, type SessionSecrets } from './secrets.ts';
export { SESSION_LIFE, createSessions, sessionIdOf, type Sessions, type StartedSession } from './service.ts';
