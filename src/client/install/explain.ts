import { Fault, isFault } from '../../kernel/light/index.ts';
import type { Lock, LockedPackage } from '../project/index.ts';
import { Refusal } from '../registry/index.ts';
import { renewalOf, type Demand } from './demand.ts';

/** Why a package did not come, with the way out that there is: another one where a lock asked for it than where the index did. */
export function explainFetch(
  error: unknown,
  { name, version, checksum }: LockedPackage,
  { registry, demand, lock }: { registry: string; demand: Demand; lock: Lock | undefined },
): unknown {
  const locked = lock?.get(name);
  const isLocked = locked?.version === version && locked.checksum === checksum;
  const renewal = renewalOf(demand, name);
  if (isFault(error, 'digest_mismatch')) {
    return more(
      error,
      isLocked
        ? `vais.lock has the first, ${registry} sends the second. If that is right, for it is another registry, ${renewal} takes what its index says; else its file is damaged, or something on the way changes bytes.`
        : `The index of ${registry} says the first, its archive is the second: try again, or tell its operator.`,
    );
  }
  if (error instanceof Refusal && [404, 410].includes(error.httpStatus)) {
    return more(
      error,
      isLocked
        ? `vais.lock has ${name} ${version}, which ${registry} does not have, or not any more: ${renewal} chooses another version. If it is in another registry, --registry names that one.`
        : `The index of ${registry} has ${name} ${version}, and its archive is not there: try again, or tell its operator.`,
    );
  }
  return error;
}

/** The registry that somebody asked for by its address is known to have other bytes than those that are locked and cached. */
export function otherThanAsked(
  { name, version, checksum }: LockedPackage,
  { registry, demand, got }: { registry: string; demand: Demand; got: string },
): Fault {
  return new Fault(
    'digest_mismatch',
    `checksum mismatch for ${name}@${version}: expected ${checksum}, got ${got}\n` +
      `vais.lock has the first, which is of another registry; ${registry}, which --registry names, has the second. ${renewalOf(demand, name)} takes it; without --registry the locked one is installed.`,
  );
}

function more(error: Fault, remedy: string): Fault {
  return new Fault(error.code, `${error.message}\n${remedy}`, { cause: error });
}
