export type * from './store.ts';
export { SIGNATURE_ALGORITHMS, type IssuerKeys } from './identity-token.ts';
export { serviceNames } from './label.ts';
export { grantOn, type Machine } from './principal.ts';
export {
  readTrustRule,
  type ClaimCondition,
  type NamedIssuers,
  type TrustPermission,
  type TrustRequest,
  type TrustRule,
  type TrustType,
} from './rule.ts';
export { createMachines, isMachineToken, type Exchange, type Machines } from './service.ts';
