export { Fault, errnoOf, errorCodes, isFault, type ErrorCode } from './errors.ts';
export { Digester, sha256Hex, type Digests } from './digest.ts';
export { isoTime, systemClock, type Clock } from './clock.ts';
export { startWorker } from './worker.ts';
