export { CHAIN_START, chainHash } from './chain.ts';
export type { EventStore, Leases, NewEvent, SealedEvent } from './events.ts';
