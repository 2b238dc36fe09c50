import { Fault } from '../kernel/index.ts';
import type { JudgedVersion } from '../policy/index.ts';
import type { Claims } from './claims.ts';
import { assertNotBlocked, type Gate } from './gate/index.ts';
import type { RegistryRow, Rights } from './ports/index.ts';

interface Parts {
  rights: Pick<Rights, 'of'>;
  claims: Claims;
  gate: Gate;
}

/**
 * What is judged once more when the whole of an upstream's file has come: that takes minutes at times, and what was blocked or claimed
 * meanwhile is neither stored nor given to its end. Faults `version_hidden`, `conflict`.
 */
export function judgeAgain(
  { rights, claims, gate }: Parts,
  registry: RegistryRow,
  name: string,
): (version: JudgedVersion) => Promise<void> {
  return async (version) => {
    const revision = (await rights.of(registry.id, name, null))?.policyRevision ?? 0;
    if (await claims.on(registry, name, revision)) {
      throw new Fault('conflict', `${name} is claimed here and takes no versions from upstream.`);
    }
    const rules = await gate.rules(registry, name, revision);
    assertNotBlocked(name, rules);
    gate.admit(registry, name, rules.upstream, version);
  };
}
