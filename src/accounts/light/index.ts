/**
 * Rules on people, organisations and tokens that ask nobody: what policy and the threads of a store take in place of the whole, with
 * which the libraries of passwords and of single sign-on come.
 */
export { grantOn } from '../machines/principal.ts';
export { lookalikeOf } from '../organisations/names.ts';
export { noInvitation } from '../organisations/no-invitation.ts';
export { atLeast, mayAssign } from '../organisations/roles.ts';
export { actsAsAdministrator, nobodyAt } from '../principal.ts';
export { delayAfter } from '../second-factors/guess-delay.ts';
export { matchesPackage, scopePattern } from '../tokens/limits.ts';
