export * from './audit/index.ts';
export { CHAIN_START, chainHash } from './chain.ts';
export { sealAll } from './sealer.ts';
export { theCommandLine, theServer, type Actor } from './actor.ts';
export {
  FROM_BEFORE,
  type EventResult,
  type EventStore,
  type Leases,
  type NewEvent,
  type SealedEvent,
} from './events.ts';
export type { Deliveries, Delivery } from './deliveries.ts';
