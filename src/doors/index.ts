export type { Door } from './context.ts';
export { faultFrom } from './faults.ts';
