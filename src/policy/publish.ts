import type { Principal } from '../accounts/index.ts';
import { Fault, type ErrorCode } from '../kernel/index.ts';

/** What a write to a package is judged by. */
export interface WriteFacts {
  principal: Principal;
  /** The package's name, for the sentence. */
  name: string;
  /** Ids of the owning users; undefined if there is no such package yet. */
  owners: readonly number[] | undefined;
  /** Where the package's versions come from; undefined if there is no such package yet. */
  origin: 'local' | 'upstream' | undefined;
}

export type WriteDecision =
  | {
      allowed: true;
      /** The user who writes. */
      userId: number;
      /** True for an administrator: may write to what others own. */
      overrideOwnership: boolean;
    }
  /** `unauthenticated`, `forbidden`, `name_taken_upstream` or `not_owner`. */
  | { allowed: false; fault: Fault };

/** May this principal publish a version of the package? Who first publishes a name owns it. */
export function mayPublish(facts: WriteFacts): WriteDecision {
  return mayWrite(facts);
}

/** May this principal set or remove a tag of the package? */
export function mayTag(facts: WriteFacts): WriteDecision {
  return mayWrite(facts);
}

function mayWrite({ principal, name, owners, origin }: WriteFacts): WriteDecision {
  if (principal.kind === 'nobody') {
    return refuse('unauthenticated', `You must be logged in to change ${name}: log in or send a token.`);
  }
  if (!principal.scopes.includes('publish')) {
    return refuse('forbidden', `This token may only read: use one that may publish to change ${name}.`);
  }
  if (origin === 'upstream') {
    return refuse(
      'name_taken_upstream',
      `The name ${name} belongs to a package of the upstream registry: choose another name.`,
    );
  }
  const overrideOwnership = principal.user.role === 'administrator';
  if (owners !== undefined && !owners.includes(principal.user.id) && !overrideOwnership) {
    return refuse('not_owner', `You do not own ${name}: ask one of its owners to publish it or to add you.`);
  }
  return { allowed: true, userId: principal.user.id, overrideOwnership };
}

function refuse(code: ErrorCode, message: string): WriteDecision {
  return { allowed: false, fault: new Fault(code, message) };
}
