export { mayPublish, mayTag, type WriteDecision, type WriteFacts } from './publish.ts';
