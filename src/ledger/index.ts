export { CHAIN_START, chainHash } from './chain.ts';
export { sealAll } from './sealer.ts';
export type { EventStore, Leases, NewEvent, SealedEvent } from './events.ts';
