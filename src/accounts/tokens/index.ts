export { limitsNames, matchesPackage, scopePattern, type TokenLimits } from './limits.ts';
export { EVERYDAY_SCOPES, scopesOf, type TokenRequest } from './requests.ts';
export { hashToken, isToken, looksLikeToken, newToken, tokenPrefix, type TokenShape } from './secret.ts';
export { createTokens, type IssuedToken, type Tokens } from './service.ts';
export type * from './store.ts';
