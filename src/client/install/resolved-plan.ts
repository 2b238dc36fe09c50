import { Fault } from '../../kernel/light/index.ts';
import type { Lock, LockedPackage } from '../project/index.ts';
import type { PackageIndex } from '../registry/index.ts';
import { withLocal, type Demand } from './demand.ts';

export interface PlanOptions {
  /** What is locked now, and stays where it can; undefined: everything is chosen anew. */
  lock: Lock | undefined;
  /** Names whose locked version does not count. */
  renew: ReadonlySet<string>;
}

/** Chooses versions of everything that is demanded. Faults as `resolve`, and `digest_mismatch` for a version that is not what was locked. */
export async function planOfIndex(
  demand: Demand,
  index: PackageIndex,
  { lock, renew }: PlanOptions,
): Promise<Lock> {
  const { resolve } = await import('../resolve/index.ts');
  const registry = [...(lock?.values() ?? [])].filter(({ source }) => source === 'registry');
  const { packages } = resolve(demand.root, withLocal(index, demand.local), {
    locked: new Map(registry.map(({ name, version }) => [name, version])),
    keep: (name) => !renew.has(name),
  });
  const plan = new Map<string, LockedPackage>();
  for (const [name, { version, dependencies }] of packages) {
    const here = demand.local.get(name);
    if (here !== undefined) {
      plan.set(name, { name, version, checksum: '', source: here.source, dependencies });
      continue;
    }
    const checksum = index.version(name, version)?.checksum ?? '';
    if (!renew.has(name)) checkLocked(lock?.get(name), version, checksum);
    plan.set(name, { name, version, checksum, source: 'registry', dependencies });
  }
  return plan;
}

/** A version never changes, so other bytes under its name are somebody else's. */
function checkLocked(locked: LockedPackage | undefined, version: string, checksum: string): void {
  if (locked?.source !== 'registry' || locked.version !== version || locked.checksum === checksum) return;
  throw new Fault(
    'digest_mismatch',
    `checksum mismatch for ${locked.name}@${version}: expected ${locked.checksum}, got ${checksum}\n` +
      `vais.lock has the first, the registry now says the second. If that is right, for it is another registry, "update ${locked.name}" takes it.`,
  );
}
