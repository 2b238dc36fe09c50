export type { Door, Place, Repeatable } from './context.ts';
export { escape, isFromOurPage, notice, page, sendPage } from './page.ts';
export { faultFrom, faultOf, noteFault, sayWhenToRetry } from './faults.ts';
