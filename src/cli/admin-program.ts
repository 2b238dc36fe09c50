import { Argument, Option, type Command } from 'commander';
import type { User } from '../accounts/index.ts';
import type { CreateUserOptions } from './admin-create-user.ts';
import type { ListUsersOptions } from './admin-users.ts';
import type { Context } from './context.ts';

type Run = (action: (context: Context) => Promise<number>) => Promise<void>;

const ROLES = ['administrator', 'user'];

/** `kontor admin …`: what an operator does with accounts, also beside a running server. */
export function addAdminCommands(program: Command, on: Run): void {
  const admin = program.command('admin').description('look after users');
  admin
    .command('send-test-mail <address>')
    .description('send a mail, to see whether the settings are right')
    .action((address: string) =>
      on(async (context) => (await import('./send-test-mail.ts')).sendTestMail(context, address)),
    );
  admin
    .command('create-user <name>')
    .description('make a user; the password is asked for, or read as a line from a pipe')
    .option('--email <address>', 'e-mail address, which counts as verified')
    .addOption(new Option('--role <role>', 'what the user may do').choices(ROLES).default('user'))
    .option('--password-stdin', 'ask for the password only once')
    .action((name: string, options: CreateUserOptions) =>
      on(async (context) => (await import('./admin-create-user.ts')).adminCreateUser(context, name, options)),
    );
  admin
    .command('list-users')
    .description('show the users')
    .addOption(new Option('--role <role>', 'only these').choices(ROLES))
    .option('--disabled', 'only those who are disabled')
    .option('--json', 'for scripts')
    .action((options: ListUsersOptions) =>
      on(async (context) => (await import('./admin-users.ts')).listUsers(context, options)),
    );
  admin
    .command('set-role')
    .description('make a user an administrator, or a plain user again')
    .argument('<name>')
    .addArgument(new Argument('<role>').choices(ROLES))
    .action((name: string, role: string) =>
      on(async (context) => (await import('./admin-users.ts')).setRole(context, name, role as User['role'])),
    );
  admin
    .command('disable <name>')
    .description('keep a user out: their sessions end, and their tokens open nothing until they are enabled')
    .action((name: string) =>
      on(async (context) => (await import('./admin-users.ts')).disableUser(context, name)),
    );
  admin
    .command('enable <name>')
    .description('let a disabled user in again')
    .action((name: string) =>
      on(async (context) => (await import('./admin-users.ts')).enableUser(context, name)),
    );
  admin
    .command('reset-password <name>')
    .description('print a link with which the user sets a new password')
    .action((name: string) =>
      on(async (context) => (await import('./admin-links.ts')).resetPassword(context, name)),
    );
  admin
    .command('reset-second-factor <name>')
    .description('take the second factors of a user away, who has lost them and the recovery codes')
    .action((name: string) =>
      on(async (context) =>
        (await import('./admin-reset-second-factor.ts')).adminResetSecondFactor(context, name),
      ),
    );
  admin
    .command('delete-user <name>')
    .description('delete a user for good; their packages stay, and nobody can have the name again')
    .option('--heir <name>', 'who owns their packages from then on; needed where nobody else does')
    .action((name: string, options: { heir?: string }) =>
      on(async (context) => (await import('./admin-users.ts')).deleteUser(context, name, options)),
    );
  admin
    .command('invite')
    .description('print a link with which one person makes an account')
    .option('--email <address>', 'whom it is for; the address counts as verified')
    .action((options: { email?: string }) =>
      on(async (context) => (await import('./admin-links.ts')).invite(context, options)),
    );
}
