export { issuerKeys } from './issuer-keys.ts';
export { signOnProvider } from './sign-on-provider.ts';
