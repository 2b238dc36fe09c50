export { CacheKeeper, type CacheKeeperOptions, type CacheRun } from './cache-keeper.ts';
export type {
  CachedVersion,
  CacheSize,
  Eviction,
  OldDocuments,
  Spared,
  UpstreamCache,
} from './cache-store.ts';
export {
  Answers,
  type AnswersOptions,
  type AnswersPruning,
  type AnswerStore,
  type StoredAnswer,
} from './answers/index.ts';
export { UpstreamClient, type ClientOptions } from './client.ts';
export { guardedAgent } from './guarded-agent.ts';
export type {
  DocumentHead,
  NewDocument,
  Remote,
  StoredDocument,
  UpstreamDocuments,
} from './documents/index.ts';
export { Turns, type Task, type TurnsOptions } from './lease.ts';
export { PullThrough, type PullThroughOptions } from './pull-through.ts';
export { Mirror, type MirrorOptions } from './mirror/index.ts';
export { isOwnUrl } from './self.ts';
export { defaultTimeouts } from './timeouts.ts';
export { isOwnVia } from './via.ts';
