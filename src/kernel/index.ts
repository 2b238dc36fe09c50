export { Fault, errnoOf, errorCodes, isFault, type ErrorCode } from './errors.ts';
export {
  isPublicAddress,
  NOT_PUBLIC,
  publicAddressOf,
  publicLookup,
  refuseSpecialAddress,
  type Resolve,
} from './addresses.ts';
export { durationFrom, durationText } from './duration.ts';
export { Digester, sha256Hex, type Digests } from './digest.ts';
export { isoTime, systemClock, timeFrom, type Clock } from './clock.ts';
export { isAllowedHost, readHostPattern, type HostPattern } from './hosts.ts';
export { isObject } from './json.ts';
export { inTurns } from './in-turns.ts';
export { Turn } from './turn.ts';
export * from './archive/index.ts';
export { freeChunk, ownsMemory } from './chunk-memory.ts';
export { makeFolders } from './make-folders.ts';
export { nearest } from './nearest.ts';
export { receiveStream, sendStream } from './port-stream.ts';
export * from './threads/index.ts';
export * from './semver/index.ts';
