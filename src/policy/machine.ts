import type { Machine, MachineGrant, Principal, TrustPermission } from '../accounts/index.ts';
import { grantOn } from '../accounts/light/index.ts';
import { Fault } from '../kernel/light/index.ts';
import type { Standing } from './standing.ts';

/** What a publish by a machine is judged by. */
export interface MachineFacts {
  machine: Machine;
  registryId: number;
  /** The package's name. */
  name: string;
  standing: Standing;
}

export type MachineDecision =
  | { allowed: true; grant: MachineGrant }
  /** `not_trusted` or `name_taken_upstream`. */
  | { allowed: false; fault: Fault };

/** May a trusted publisher do this to the package? It never makes one: there is nothing yet that could trust it. */
export function mayMachinePublish(
  { machine, registryId, name, standing }: MachineFacts,
  permission: TrustPermission,
): MachineDecision {
  const grant = grantOn(machine, registryId, name);
  if (grant === undefined || standing.package === null || standing.package.removed) {
    return refuse(`This token of a trusted publisher is not for ${name}: exchange one that is.`);
  }
  if (grant.permissions.includes(permission)) return { allowed: true, grant };
  return refuse(
    permission === 'createPackage'
      ? `The trusted publisher of ${name} may only stage versions for approval: use npm stage publish, or let it publish with npm trust.`
      : `The trusted publisher of ${name} may not stage versions: use npm publish, or let it with npm trust.`,
  );
}

/** True for a machine that the package trusts, which may read it too. */
export function isTrusted(principal: Principal, registryId: number, name: string): boolean {
  return principal.kind === 'machine' && grantOn(principal, registryId, name) !== undefined;
}

function refuse(message: string): MachineDecision {
  return { allowed: false, fault: new Fault('not_trusted', message) };
}
