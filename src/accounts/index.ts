export type * from './store.ts';
export type * from './web-login-store.ts';
export {
  actorOf,
  assertMayChangeAccount,
  byPassword,
  nobodyAt,
  type Nobody,
  type Principal,
  type SignedIn,
} from './principal.ts';
export type { ProfileChange } from './profile.ts';
export {
  createAccounts,
  type Accounts,
  type AccountsParts,
  type IssuedToken,
  type NewAccount,
  type TokenRequest,
} from './service.ts';
export {
  INITIAL_PASSWORD_FILE,
  ensureFirstAdministrator,
  type FirstAdministrator,
  type FirstAdministratorSettings,
} from './first-administrator.ts';
export { looksLikeToken } from './tokens/secret.ts';
export * from './guessing/index.ts';
export * from './messages/index.ts';
export * from './organisations/index.ts';
export * from './second-factors/index.ts';
export * from './links/index.ts';
export * from './registration/index.ts';
export * from './sessions/index.ts';
export * from './users/index.ts';
