import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { CreateTokenOptions } from './token-create.ts';
import type { ListTokensOptions } from './token-list.ts';

const list = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

/** `kontor token …`. */
export function addTokenCommands(
  program: Command,
  on: (action: (context: Context) => number | Promise<number>) => Promise<void>,
): void {
  const token = program.command('token').description('look after tokens');
  token
    .command('create')
    .description('make a token and print it, this one time')
    .option('--user <name>', 'whose it is (default: the only administrator)')
    .option('--name <name>', 'what to call it', 'command line')
    .option('--scopes <scopes>', 'what it may: read, publish, yank, admin (default: all but admin)', list)
    .option('--read-only', 'it may only read')
    .option('--registries <names>', 'only for these registries', list)
    .option('--packages <names>', 'only for these packages, such as demo or @acme/*', list)
    .option('--organisations <names>', "only for these organisations' packages", list)
    .option('--cidr <ranges>', 'only from these addresses, such as 192.0.2.0/24', list)
    .option('--bypass-2fa', 'it needs no second factor: for robots')
    .option('--expires <life>', 'how long it lives, such as 12h or 30d (default: until revoked)')
    .action((options: CreateTokenOptions) =>
      on(async (context) => (await import('./token-create.ts')).tokenCreate(context, options)),
    );
  token
    .command('list')
    .description("show a user's tokens")
    .option('--user <name>', 'whose (default: the only administrator)')
    .option('--json', 'for scripts')
    .action((options: ListTokensOptions) =>
      on(async (context) => (await import('./token-list.ts')).tokenList(context, options)),
    );
  token
    .command('revoke <id>')
    .description('end a token, named by its id in the list or by itself')
    .option('--user <name>', 'whose it is (default: the only administrator)')
    .action((id: string, options: { user?: string }) =>
      on(async (context) => (await import('./token-revoke.ts')).tokenRevoke(context, id, options)),
    );
}
