export type { Door } from './context.ts';
export { faultFrom, sayWhenToRetry } from './faults.ts';
