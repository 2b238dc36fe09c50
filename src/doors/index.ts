export type { Door, Place, Repeatable } from './context.ts';
export { faultFrom, faultOf, noteFault, sayWhenToRetry } from './faults.ts';
export { PASSKEY_SCRIPT, passkeyForm } from './factor-form.ts';
export { escape, isFromOurPage, notice, page, sendPage } from './page.ts';
export { assertShown, readResponse, sendFactorForm } from './show-factor.ts';
