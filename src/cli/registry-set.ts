import { Fault } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { registryChange, type RegistryOptions } from './registry-options.ts';
import { policyChange, type PolicyOptions } from './registry-policy-options.ts';
import type { Kontor } from './server-face.ts';

export function registrySet(
  context: Context,
  name: string,
  options: RegistryOptions & PolicyOptions,
): Promise<number> {
  return withKontor(context, async (kontor) => {
    const change = await registryChange(kontor, options);
    const changesPolicy = Object.keys(policyChange(options)).length > 0;
    if (Object.keys(change).length === 0 && !changesPolicy) {
      throw new Fault('bad_request', 'Say what is to change: kontor registry set --help shows what can.');
    }
    // What may be refused for what was said of it comes first.
    if (changesPolicy) {
      const seen = await kontor.policyKeeper.change(theCommandLine, name, (current) => ({
        ...current,
        ...policyChange(options, current),
      }));
      context.io.out(`${describePolicy(seen)}\n`);
    }
    if (Object.keys(change).length > 0) {
      const row = await kontor.registries.changeFor(theCommandLine, name, change);
      context.io.out(`${describeRegistry(row)}\n`);
    }
    return 0;
  });
}

export function describeRegistry(row: {
  name: string;
  visibility: string;
  publish: string;
  organisation: string | null;
}): string {
  const owner = row.organisation === null ? '' : `, belongs to ${row.organisation}`;
  return `registry ${row.name}: visibility ${row.visibility}, publish ${row.publish}${owner}`;
}

export function describePolicy({
  registry,
  policy: { offline, requireClaim, vanished, blockMalicious, cooldown },
}: Awaited<ReturnType<Kontor['policyKeeper']['see']>>): string {
  const { hours = 0, exempt = [] } = cooldown;
  const waiting = hours === 0 ? 'no cooldown' : `cooldown ${hours}h`;
  const parts = [
    waiting + (hours > 0 && exempt.length > 0 ? ` (not for ${exempt.join(', ')})` : ''),
    offline ? 'offline' : 'upstreams are asked',
    `vanished versions: ${vanished}`,
    ...(requireClaim ? ['names of upstreams must be claimed'] : []),
    ...(blockMalicious ? [] : ['versions that advisories call malicious are let in']),
  ];
  return `registry ${registry.name}: ${parts.join(', ')}`;
}
