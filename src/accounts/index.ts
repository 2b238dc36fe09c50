export type * from './store.ts';
export { nobody, type Principal } from './principal.ts';
export {
  createAccounts,
  type Accounts,
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
export { looksLikeToken } from './tokens.ts';
