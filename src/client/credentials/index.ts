export { chooseRegistry, type ChosenRegistry, type RegistryQuestion } from './choose.ts';
export { vaisHome } from './home.ts';
export { isOwn } from './own.ts';
export { Credentials, type CredentialSettings, type Login } from './store.ts';
