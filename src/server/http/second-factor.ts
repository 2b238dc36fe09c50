import { hasSecondFactor, type Principal, type SecondFactors } from '../../accounts/index.ts';
import { Fault } from '../../kernel/index.ts';

/**
 * Keeps out whom a second factor is missing of: Faults `password_insufficient` for a name with a password of who has one, and
 * `second_factor_due` for whom one is demanded of and who has none, unless this is where they get one (`enrolling`).
 */
export async function demandSecondFactor(
  factors: SecondFactors,
  principal: Principal,
  enrolling: boolean,
): Promise<Principal> {
  if (principal.kind !== 'user') return principal;
  if (principal.via === 'password' && hasSecondFactor(await factors.standingOf(principal.user))) {
    throw new Fault(
      'password_insufficient',
      'This account has a second factor, so that its password alone opens nothing: log in (npm login) and send the token.',
    );
  }
  if (!enrolling) await factors.assertEnrolled(principal.user);
  return principal;
}
