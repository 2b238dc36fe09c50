export type { SecretLookup } from './credentials.ts';
export { Place } from './place.ts';
export { hoursFrom, notHours, readPolicy, type ReadPolicy } from './policy.ts';
export { showPolicy, type WrittenPolicy, type WrittenUpstream } from './show.ts';
export type { ReadUpstream } from './upstreams.ts';
