import { isFault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import type { Lock, LockedPackage } from '../project/index.ts';
import type { Wanted } from '../resolve/index.ts';
import type { Demand } from './demand.ts';

/** A package, and which versions will do; undefined: the one that is locked. */
type Need = Pick<Wanted, 'name'> & Partial<Wanted>;

/**
 * What of a lock serves a demand, if it serves it wholly: each wanted package is there in a version that matches, and so is everything
 * that those need. Undefined where something has to be chosen anew.
 */
export function planOfLock({ root, local }: Demand, lock: Lock): Lock | undefined {
  const plan = new Map<string, LockedPackage>();
  const open: Need[] = [...root.wanted];
  for (let want = open.pop(); want !== undefined; want = open.pop()) {
    const locked = lock.get(want.name);
    if (locked === undefined || !serves(locked, want, local)) return undefined;
    if (plan.has(want.name)) continue;
    plan.set(want.name, locked);
    const here = local.get(want.name);
    if (here !== undefined && !sameNames(here.wanted, locked.dependencies)) return undefined;
    // Of a registry's package the lock has no more than names: they were chosen with their requirements.
    open.push(...(here?.wanted ?? locked.dependencies.map((name) => ({ name }))));
  }
  return new Map([...plan].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function serves(locked: LockedPackage, { name, requirement }: Need, local: Demand['local']): boolean {
  const here = local.get(name);
  if (here !== undefined) return locked.source === here.source && locked.version === here.version;
  return locked.source === 'registry' && (requirement === undefined || matches(requirement, locked.version));
}

function matches(requirement: string, version: string): boolean {
  try {
    return parseRequirement(requirement).matches(version);
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

function sameNames(wanted: readonly Wanted[], names: readonly string[]): boolean {
  const wants = new Set(wanted.map(({ name }) => name));
  return wants.size === new Set(names).size && names.every((name) => wants.has(name));
}
