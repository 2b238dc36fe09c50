import type { RegistryPolicy } from './ports/index.ts';

/** A registry that holds only what is its own. */
export const defaultPolicy: RegistryPolicy = {
  upstreams: [],
  offline: false,
  claims: [],
  requireClaim: false,
  vanished: 'hide',
  blockMalicious: true,
  cooldown: { hours: 0, exempt: [] },
};
