import { Fault } from '../../kernel/light/index.ts';
import type { Lock, LockedPackage } from '../project/index.ts';
import type { PackageIndex } from '../registry/index.ts';
import { renewalOf, withLocal, type Demand } from './demand.ts';

export interface PlanOptions {
  /** What is locked now, and stays where it can. */
  lock: Lock | undefined;
  /** Names whose version is chosen anew. One that is locked and was yanked meanwhile is only taken if nothing else will do. */
  renew: 'all' | ReadonlySet<string>;
  /** Told of those; a sentence. */
  warn: (message: string) => void;
}

/** Chooses versions of everything that is demanded. Faults as `resolve`, and `digest_mismatch` for a version that is not what was locked. */
export async function planOfIndex(
  demand: Demand,
  index: PackageIndex,
  { lock, renew, warn }: PlanOptions,
): Promise<Lock> {
  const { resolve } = await import('../resolve/index.ts');
  const keep = (name: string) => renew !== 'all' && !renew.has(name);
  const registry = [...(lock?.values() ?? [])].filter(({ source }) => source === 'registry');
  const { packages } = resolve(demand.root, withLocal(index, demand.local), {
    locked: new Map(registry.map(({ name, version }) => [name, version])),
    keep,
  });
  const plan = new Map<string, LockedPackage>();
  for (const [name, { version, dependencies }] of packages) {
    const here = demand.local.get(name);
    if (here !== undefined) {
      plan.set(name, { name, version, checksum: '', source: here.source, dependencies });
      continue;
    }
    const { checksum = '', yanked = false } = index.version(name, version) ?? {};
    if (keep(name)) checkLocked(demand, lock?.get(name), version, checksum);
    else if (yanked) warn(`${name} ${version} is yanked, and stays: nothing else will do.`);
    plan.set(name, { name, version, checksum, source: 'registry', dependencies });
  }
  return plan;
}

/** A version never changes, so other bytes under its name are somebody else's. */
function checkLocked(
  demand: Demand,
  locked: LockedPackage | undefined,
  version: string,
  checksum: string,
): void {
  if (locked?.source !== 'registry' || locked.version !== version || locked.checksum === checksum) return;
  throw new Fault(
    'digest_mismatch',
    `checksum mismatch for ${locked.name}@${version}: expected ${locked.checksum}, got ${checksum}\n` +
      `vais.lock has the first, the registry now says the second. If that is right, for it is another registry, ${renewalOf(demand, locked.name)} takes it.`,
  );
}
