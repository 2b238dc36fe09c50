import { Option, type Command } from 'commander';
import type { Context } from './context.ts';
import type { RegistryOptions } from './registry-options.ts';

type On = (action: (context: Context) => number | Promise<number>) => Promise<void>;

/** `kontor registry …`. */
export function addRegistryCommands(program: Command, on: On): void {
  const registry = program.command('registry').description('look after registries');
  registry
    .command('list')
    .description('show the registries')
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./registry-list.ts')).registryList(context, options)),
    );
  withSettings(
    registry
      .command('create <name>')
      .description('make a registry; its path is its name')
      .addOption(
        new Option('--format <format>', 'what its packages are').choices(['npm']).makeOptionMandatory(),
      ),
  ).action((name: string, options: RegistryOptions & { format: string }) =>
    on(async (context) => (await import('./registry-create.ts')).registryCreate(context, name, options)),
  );
  withSettings(
    registry.command('set <name>').description('change who sees a registry and who publishes there'),
  ).action((name: string, options: RegistryOptions) =>
    on(async (context) => (await import('./registry-set.ts')).registrySet(context, name, options)),
  );
}

function withSettings(command: Command): Command {
  return command
    .addOption(
      new Option('--visibility <who>', 'who sees it: everybody, every user, or its members').choices([
        'public',
        'internal',
        'private',
      ]),
    )
    .addOption(
      new Option('--publish <who>', 'who may publish under new names').choices([
        'anyone',
        'members',
        'admins',
      ]),
    )
    .option('--organisation <name>', 'whose members have their roles in it too')
    .option('--no-organisation', 'it belongs to no organisation (any more)');
}
