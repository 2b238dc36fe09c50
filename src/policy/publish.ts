import type { Principal, TokenScope } from '../accounts/index.ts';
import { Fault } from '../kernel/light/index.ts';
import type { ErrorCode } from '../kernel/index.ts';
import { askerOf, creationBar, isEnough, rightOn, type Asker, type Right } from './rights.ts';
import type { Standing } from './standing.ts';
import { tokenBar } from './token-limits.ts';

/** What a write to a package is judged by. */
export interface WriteFacts {
  principal: Principal;
  /** Name of the registry. */
  registry: string;
  /** The package's name. */
  name: string;
  standing: Standing;
}

export type WriteDecision =
  | {
      allowed: true;
      /** The user who writes. */
      userId: number;
      /** True for an administrator: may write to what others own. */
      overrideOwnership: boolean;
    }
  /** `unauthenticated`, `forbidden`, `name_taken_upstream`, `publish_closed`, `scope_owned`, `not_owner` or `trusted_only`. */
  | { allowed: false; fault: Fault };

/**
 * May this principal publish a version of the package? A free name is judged by the registry's setting and the owner of the scope. Of
 * a package that they may not see they hear what they would of a free name, unless they could have that one.
 */
export function mayPublish(facts: WriteFacts): WriteDecision {
  const { principal, name, standing } = facts;
  const refused = mayWriteAtAll(facts, ['publish']);
  if (refused) return refused;
  const asker = askerOf(principal);
  const fault = publishFault(standing, name, asker);
  return fault ? { allowed: false, fault: withHint(fault, principal) } : allow(asker);
}

/**
 * May this principal change a package that they see? `least` is the right that the change needs, `scopes` those of which a token
 * needs one.
 */
export function mayChange(
  facts: WriteFacts,
  least: Extract<Right, 'write' | 'manage'>,
  scopes: readonly TokenScope[] = ['publish'],
): WriteDecision {
  const { principal, name, standing } = facts;
  const refused = mayWriteAtAll(facts, scopes);
  if (refused) return refused;
  const asker = askerOf(principal);
  const fault = changeFault(standing, name, asker, least);
  return fault ? { allowed: false, fault: withHint(fault, principal) } : allow(asker);
}

/** May this principal leave a mark on a package that they see, such as a star? */
export function mayMark(facts: WriteFacts): WriteDecision {
  return mayWriteAtAll(facts, ['publish']) ?? allow(askerOf(facts.principal));
}

/** Why they may not publish this name; also the check inside the transaction that publishes. */
export function publishFault(standing: Standing, name: string, asker: Asker): Fault | undefined {
  const facts = standing.package;
  if (facts?.origin === 'upstream') return takenUpstream(name);
  const right = rightOn(standing, asker);
  if (isEnough(right, 'write')) return facts?.trustedOnly ? trustedOnly(name) : undefined;
  if (facts === null || right === 'none') {
    const bar = creationBar(standing, asker);
    if (bar !== null) return barFault(bar, name, standing);
    if (facts === null) return undefined;
  }
  return notOwner(name, 'publish it');
}

/** Why they may not change this package; also the check inside the transaction that changes it. */
export function changeFault(standing: Standing, name: string, asker: Asker, least: Right): Fault | undefined {
  if (standing.package?.origin === 'upstream') return takenUpstream(name);
  return standing.package === null || isEnough(rightOn(standing, asker), least)
    ? undefined
    : notOwner(name, 'do this');
}

function mayWriteAtAll(
  { principal, registry, name, standing }: WriteFacts,
  scopes: readonly TokenScope[],
): (WriteDecision & { allowed: false }) | undefined {
  if (principal.kind === 'nobody') {
    return refuse('unauthenticated', `You must be logged in to change ${name}: log in or send a token.`);
  }
  if (principal.kind === 'machine') {
    return refuse(
      'not_trusted',
      `A trusted publisher may publish versions and nothing else: change ${name} with a token of your own.`,
    );
  }
  // Of a package that they may not know of, its owner must not show either.
  const organisation =
    rightOn(standing, askerOf(principal)) === 'none' ? null : (standing.package?.organisation ?? null);
  const bar = tokenBar(principal, { registry, name, organisation }, scopes);
  return bar && { allowed: false, fault: bar };
}

function allow({ userId, administrator }: Asker): WriteDecision {
  if (userId === null) throw new Error('nobody was allowed to write');
  return { allowed: true, userId, overrideOwnership: administrator };
}

function barFault(bar: 'administrators' | 'members' | 'scope', name: string, { scope }: Standing): Fault {
  switch (bar) {
    case 'administrators':
      return new Fault(
        'publish_closed',
        `Only administrators may publish new packages in this registry: ask one of them for ${name}.`,
      );
    case 'members':
      return new Fault(
        'publish_closed',
        `Only members may publish new packages in this registry: ask an administrator to make you one of its publishers, then publish ${name}.`,
      );
    case 'scope':
      return new Fault(
        'scope_owned',
        `The scope of ${name} belongs to the organisation ${scope?.organisation ?? ''}: ask one of its owners to make you a publisher, or choose another scope.`,
      );
  }
}

function takenUpstream(name: string): Fault {
  return new Fault(
    'name_taken_upstream',
    `The name ${name} belongs to a package of the upstream registry: choose another name.`,
  );
}

function trustedOnly(name: string): Fault {
  return new Fault(
    'trusted_only',
    `Versions of ${name} come from its trusted publishers only: publish from there, or let its owners allow others.`,
  );
}

function notOwner(name: string, what: 'publish it' | 'do this'): Fault {
  return new Fault('not_owner', `You do not own ${name}: ask one of its owners to ${what} or to add you.`);
}

/** An administrator whose key has not their powers is told of the one that has. */
function withHint(fault: Fault, principal: Principal): Fault {
  const couldDoIt = principal.kind === 'user' && principal.user.role === 'administrator';
  if (fault.code !== 'not_owner' || !couldDoIt) return fault;
  return new Fault(
    fault.code,
    `${fault.message} Or use your powers as an administrator: send a token that has the scope admin.`,
  );
}

function refuse(code: ErrorCode, message: string): WriteDecision & { allowed: false } {
  return { allowed: false, fault: new Fault(code, message) };
}
