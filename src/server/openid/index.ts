export { issuerKeys } from './issuer-keys.ts';
