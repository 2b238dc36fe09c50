import type { MachineGrant, MachineIdentity } from './store.ts';

/** A job of a continuous integration that some packages trust; no user, and nobody's. */
export interface Machine extends MachineIdentity {
  kind: 'machine';
  /** The client's address as the edge knows it. */
  address: string | null;
}

/** What lets the machine at this package, if anything does. */
export function grantOn(
  { grants }: Pick<Machine, 'grants'>,
  registryId: number,
  packageName: string,
): MachineGrant | undefined {
  return grants.find((grant) => grant.registryId === registryId && grant.packageName === packageName);
}
