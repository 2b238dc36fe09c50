export type * from './store.ts';
export { createUserAdministration, type UserAdministration } from './administration.ts';
export { isEmail, isUserName } from './names.ts';
export type { AccountRequest } from './new-account.ts';
