import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';

/** Takes every second factor of a user away, who has lost them and their recovery codes. */
export function adminResetSecondFactor(context: Context, name: string): Promise<number> {
  return withKontor(context, async ({ accounts, secondFactors }) => {
    const user = await accounts.operatorsChoice(name);
    const had = await secondFactors.resetSecondFactors(user, theCommandLine);
    context.io.out(
      had
        ? `${user.name} has no second factor any more: their password alone logs them in\n`
        : `${user.name} had no second factor\n`,
    );
    return 0;
  });
}
