export type { Door, Repeatable } from './context.ts';
export { faultFrom, sayWhenToRetry } from './faults.ts';
