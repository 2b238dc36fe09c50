import { Fault } from '../../kernel/index.ts';
import type { User } from '../store.ts';

/** Of whom the operator demands a second factor. */
export type SecondFactorRequirement = 'off' | 'administrators' | 'everyone';

/** True if this user has to have one. */
export function isDemanded(requirement: SecondFactorRequirement, { role }: Pick<User, 'role'>): boolean {
  return requirement === 'everyone' || (requirement === 'administrators' && role === 'administrator');
}

/** For whom has to have a second factor and asks for anything but to get one. */
export function enrolmentDue(): Fault {
  return new Fault(
    'second_factor_due',
    'This server demands a second factor of you, and you have none yet: run npm profile enable-2fa, or open /-/account/security of this server.',
  );
}

/** For whom would be left without one. */
export function stillDemanded(): Fault {
  return new Fault(
    'forbidden',
    'This server demands a second factor of you: add another one before you remove the last.',
  );
}
