import type { User } from '../accounts/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { askPassword } from './password.ts';

export interface CreateUserOptions {
  email?: string;
  role: User['role'];
  passwordStdin?: boolean;
}

/** Makes a user. The store is opened first, so that nobody types a password for nothing. */
export function adminCreateUser(context: Context, name: string, options: CreateUserOptions): Promise<number> {
  return withKontor(context, async ({ accounts }) => {
    const password = await askPassword(context.io, options.passwordStdin !== true);
    const { email, role } = options;
    const user = await accounts.register(
      { name, password, role, emailVerified: true, ...(email !== undefined && { email }) },
      theCommandLine,
    );
    context.io.out(`created user ${user.name}\n`);
    return 0;
  });
}
