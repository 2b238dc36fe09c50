import { linkPath, type LinkPurpose, type MadeLink } from '../accounts/index.ts';
import { isoTime } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { reachableUrl } from './reachable-url.ts';

/** Prints a link that sets a new password, for the operator to hand over. */
export function resetPassword(context: Context, name: string): Promise<number> {
  return withKontor(context, async ({ recovery }) => {
    tellLink(context, 'reset', await recovery.makeResetLink(name, theCommandLine));
    return 0;
  });
}

/** Prints a link that lets one person make an account. */
export function invite(context: Context, { email }: { email?: string }): Promise<number> {
  return withKontor(context, async ({ users }) => {
    tellLink(context, 'invitation', await users.invite({ email: email ?? null }, theCommandLine));
    return 0;
  });
}

/** The link alone goes to standard output, so that a script can pass it on. */
function tellLink({ io, config }: Context, purpose: LinkPurpose, { secret, expiresAt }: MadeLink): void {
  io.out(`${reachableUrl(config)}${linkPath(purpose, secret)}\n`);
  if (io.terminal.err) io.err(`It works once, until ${isoTime(expiresAt)}, and is shown only now.\n`);
}
