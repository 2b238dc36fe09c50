export type * from './provider.ts';
export type * from './store.ts';
export type { GroupRule } from './groups.ts';
export { SIGN_ON_LIFE, createSignOn, type SignOn, type SignOnPolicy } from './service.ts';
