/** What can be said at the command line of what a registry lets in. */
export interface PolicyOptions {
  cooldown?: string;
  exempt?: string[];
  offline?: boolean;
  requireClaim?: boolean;
  vanished?: 'hide' | 'keep';
  blockMalicious?: boolean;
}

/** The options as a change in the form of `kontor.yaml`; empty if nothing was said. `current` is what was set before. */
export function policyChange(
  { cooldown, exempt, offline, requireClaim, vanished, blockMalicious }: PolicyOptions,
  current: { cooldown?: object } = {},
): Record<string, unknown> {
  const waiting = {
    ...(cooldown !== undefined && { hours: cooldown }),
    ...(exempt && { exempt: exempt.length === 1 && exempt[0] === 'none' ? [] : exempt }),
  };
  return {
    ...(offline !== undefined && { offline }),
    ...(requireClaim !== undefined && { requireClaim }),
    ...(vanished !== undefined && { vanished }),
    ...(blockMalicious !== undefined && { blockMalicious }),
    ...(Object.keys(waiting).length > 0 && { cooldown: { ...current.cooldown, ...waiting } }),
  };
}
