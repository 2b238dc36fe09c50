export type * from './store.ts';
export type * from './web-login-store.ts';
export {
  actorOf,
  actsAsAdministrator,
  assertMayChangeAccount,
  byPassword,
  nobodyAt,
  actingAs,
  signedInWithPassword,
  type Nobody,
  type Principal,
  type SignedIn,
} from './principal.ts';
export type { ProfileChange } from './profile.ts';
export { createAccounts, type Accounts, type AccountsParts, type NewAccount } from './service.ts';
export {
  INITIAL_PASSWORD_FILE,
  ensureFirstAdministrator,
  type FirstAdministrator,
  type FirstAdministratorSettings,
} from './first-administrator.ts';
export {
  EVERYDAY_SCOPES,
  limitsNames,
  isToken,
  looksLikeToken,
  matchesPackage,
  scopePattern,
  scopesOf,
  type IssuedToken,
  type NewToken,
  type TokenIdentity,
  type TokenLimits,
  type TokenRequest,
  type TokenRow,
  type TokenScope,
  type TokenStore,
  type TokenUse,
} from './tokens/index.ts';
export * from './guessing/index.ts';
export * from './machines/index.ts';
export * from './messages/index.ts';
export * from './organisations/index.ts';
export * from './second-factors/index.ts';
export * from './single-sign-on/index.ts';
export * from './links/index.ts';
export * from './registration/index.ts';
export * from './sessions/index.ts';
export * from './users/index.ts';
