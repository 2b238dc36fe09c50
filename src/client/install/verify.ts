import { isFault } from '../../kernel/light/index.ts';
import { problemOfPackage, type Finding } from '../cache/index.ts';
import { vaisHome } from '../credentials/index.ts';
import { findProject, readLock, readText, wouldChange } from '../project/index.ts';
import type { Variables } from '../registry/index.ts';
import { planOfLock } from './locked-plan.ts';
import { readDemand } from './read-demand.ts';

export interface Verified {
  /** Packages that were read. */
  checked: number;
  damaged: Finding[];
  /** False if `install` would write another lock file. */
  fits: boolean;
}

/** Reads every byte that a project's lock file stands for. Fault `not_found` without a project or lock file. */
export async function verifyInstalled(cwd: string, env: Variables): Promise<Verified | undefined> {
  const project = await findProject(cwd);
  const text = await readText(project.lockFile);
  if (text === undefined) return undefined;
  const lock = readLock(text);
  const home = vaisHome(env);
  const damaged: Finding[] = [];
  const packages = [...lock.values()].filter(({ source }) => source === 'registry');
  for (const { name, version, checksum } of packages) {
    const problem = await problemOfPackage(home, { name, version, checksum });
    if (problem !== undefined) damaged.push({ name, version, problem });
  }
  const demand = await readDemand(cwd, []).catch((error: unknown) => {
    // A neighbour that is gone is nothing that would fit.
    if (isFault(error)) return undefined;
    throw error;
  });
  const plan = demand && planOfLock(demand, lock);
  const fits = plan !== undefined && !wouldChange(lock, plan);
  return { checked: packages.length, damaged, fits };
}
