export type { Door, Place, Repeatable } from './context.ts';
export { faultFrom, faultOf, noteFault, sayWhenToRetry } from './faults.ts';
