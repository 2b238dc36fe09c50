import { Command, CommanderError } from 'commander';
import { addAuditCommands } from './audit-commands.ts';
import { addAdvisoryCommands } from './advisory-commands.ts';
import { addAdminCommands } from './admin-program.ts';
import { addBlockCommands } from './block-commands.ts';
import { addClientStubs } from './client-stubs.ts';
import type { Context } from './context.ts';
import type { Io } from './io.ts';
import { addPreviewCommands } from './preview-commands.ts';
import { addRegistryCommands } from './registry-commands.ts';
import { reportError } from './report-error.ts';
import type { ServerFace } from './server-face.ts';
import type { StatsOptions } from './stats.ts';
import { addTokenCommands } from './token-commands.ts';
import { version } from './version.ts';
import type { WhyOptions } from './why.ts';

/** Exit codes: 0 done, 1 refused or found wanting, 2 the command line makes no sense, 130 interrupted. */
export async function run(
  args: readonly string[],
  io: Io,
  loadServer: () => Promise<ServerFace>,
): Promise<number> {
  let code = 0;
  const program = buildProgram(io, loadServer, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(io, error);
  }
}

/** Commands load their own module, and the server's, only when they run: `--version` must not wait for them. */
export function buildProgram(
  io: Io,
  loadServer: () => Promise<ServerFace>,
  done: (code: number) => void,
): Command {
  const program = new Command('kontor')
    .description('A self-hosted package registry that every package manager can walk into')
    .version(version(), '-V, --version')
    .option('-c, --config <file>', 'settings file, instead of kontor.yaml in the working folder')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(text.replace(/^error:/, 'kontor:')),
    })
    .showHelpAfterError('(kontor --help shows what there is)');

  /** An action gets the settings, read anew from where `--config` says. */
  const on = async (action: (context: Context) => number | Promise<number>): Promise<void> => {
    const server = await loadServer();
    const { config: configFile } = program.opts<{ config?: string }>();
    const config = server.loadConfig({
      env: io.env,
      cwd: io.cwd,
      ...(configFile !== undefined && { configFile }),
    });
    done(await action({ io, server, config }));
  };

  program
    .command('serve')
    .description('serve until told to stop')
    .action(() => on(async (context) => (await import('./serve.ts')).serve(context)));
  program
    .command('migrate')
    .description("bring the database's schema up to date")
    .action(() => on(async (context) => (await import('./migrate.ts')).migrate(context)));
  program
    .command('verify')
    .description('check that every stored byte and row is whole')
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./verify.ts')).verify(context, options)),
    );
  program
    .command('storage')
    .description('show what takes room, with what is owned here and what is cached of upstreams apart')
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./storage.ts')).storage(context, options)),
    );
  program
    .command('stats [name]')
    .description('show what is downloaded most, or how often a package was downloaded')
    .option('--registry <name>', 'where', 'npm')
    .option('--json', 'for scripts')
    .action((name: string | undefined, options: StatsOptions) =>
      on(async (context) => (await import('./stats.ts')).stats(context, name, options)),
    );
  program
    .command('config')
    .description('show the settings and where they come from')
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./config.ts')).showConfig(context, options)),
    );

  addAdminCommands(program, on);

  addTokenCommands(program, on);

  addAuditCommands(program, on);

  addRegistryCommands(program, on);

  addAdvisoryCommands(program, on);
  addBlockCommands(program, on);
  addPreviewCommands(program, io, done);

  program
    .command('why <name[@version]>')
    .description('say which versions of a package are hidden, by which rule and until when')
    .option('--registry <name>', 'where', 'npm')
    .option('--json', 'for scripts')
    .action((spec: string, options: WhyOptions) =>
      on(async (context) => (await import('./why.ts')).why(context, spec, options)),
    );
  addClientStubs(program);
  return program;
}
