export { mayPublish, mayTag, type WriteDecision, type WriteFacts } from './publish.ts';
export { mayRead, readerId, type ReadFacts } from './read.ts';
export * from './limits/index.ts';
