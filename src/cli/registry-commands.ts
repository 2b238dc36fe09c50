import { Option, type Command } from 'commander';
import type { Context } from './context.ts';
import type { ClaimOptions, InRegistry } from './registry-claims.ts';
import type { RegistryOptions } from './registry-options.ts';
import type { PolicyOptions } from './registry-policy-options.ts';
import { addUpstreamCommands } from './registry-upstream-commands.ts';

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
        new Option('--format <format>', 'what its packages are')
          .choices(['npm', 'zig', 'vais'])
          .makeOptionMandatory(),
      ),
  ).action((name: string, options: RegistryOptions & { format: string }) =>
    on(async (context) => (await import('./registry-create.ts')).registryCreate(context, name, options)),
  );
  registry
    .command('show <name>')
    .description('show who sees a registry, who publishes there, and what it lets in from elsewhere')
    .option('--json', 'for scripts')
    .action((name: string, options: { json?: boolean }) =>
      on(async (context) => (await import('./registry-show.ts')).registryShow(context, name, options)),
    );
  withPolicy(
    withSettings(
      registry
        .command('set <name>')
        .description('change who sees a registry, who publishes there, and what it lets in from elsewhere'),
    ),
  ).action((name: string, options: RegistryOptions & PolicyOptions) =>
    on(async (context) => (await import('./registry-set.ts')).registrySet(context, name, options)),
  );
  addUpstreamCommands(registry, on);
  addClaimCommands(registry, on);
}

/** Whose a name is. */
function addClaimCommands(registry: Command, on: On): void {
  registry
    .command('claim <name>')
    .description(
      'make a name, or all that a pattern such as @acme/* covers, ours: no upstream is asked for it',
    )
    .addOption(inRegistry())
    .option('--reason <text>', 'why, for whoever asks later')
    .option('--owner <name>', 'the user or organisation that publishes it first, instead of anyone who may')
    .action((name: string, options: ClaimOptions) =>
      on(async (context) => (await import('./registry-claims.ts')).registryClaim(context, name, options)),
    );
  registry
    .command('release <name>')
    .description('take a claim back')
    .addOption(inRegistry())
    .action((name: string, options: InRegistry) =>
      on(async (context) => (await import('./registry-claims.ts')).registryRelease(context, name, options)),
    );
  registry
    .command('explain <name>')
    .description('say whose a name is and why, and which upstreams are asked for it')
    .addOption(inRegistry())
    .option('--json', 'for scripts')
    .action((name: string, options: InRegistry & { json?: boolean }) =>
      on(async (context) => (await import('./registry-explain.ts')).registryExplain(context, name, options)),
    );
  registry
    .command('claims')
    .description('show what is claimed')
    .addOption(inRegistry())
    .option('--json', 'for scripts')
    .action((options: InRegistry & { json?: boolean }) =>
      on(async (context) => (await import('./registry-claims.ts')).registryClaims(context, options)),
    );
}

function inRegistry(): Option {
  return new Option('--registry <name>', 'the registry').default('npm');
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

function withPolicy(command: Command): Command {
  return command
    .option('--cooldown <age>', 'how old a version of an upstream must be, such as 72h, 3d or off')
    .option('--exempt <patterns...>', 'what the cooldown leaves alone: names, @acme/*, name@range, or none')
    .option('--offline', 'ask no upstream for anything')
    .option('--no-offline', 'ask upstreams again')
    .option('--require-claim', 'names that an upstream has can be published only if they were claimed')
    .option('--no-require-claim', 'names that an upstream has can be published by whoever may')
    .addOption(
      new Option('--vanished <what>', 'what becomes of versions that an upstream lists no longer').choices([
        'hide',
        'keep',
      ]),
    )
    .option('--block-malicious', 'versions that imported advisories call malicious are blocked')
    .option('--no-block-malicious', 'imported advisories block nothing');
}
