import type { Command } from 'commander';
import type { ImportAdvisoriesOptions } from './advisories-import.ts';
import type { ListAdvisoriesOptions } from './advisories-list.ts';
import type { Context } from './context.ts';

type On = (action: (context: Context) => Promise<number>) => Promise<void>;

/** `kontor advisories …`: what is known of versions that should not be used. */
export function addAdvisoryCommands(program: Command, on: On): void {
  const advisories = program
    .command('advisories')
    .description('look after what is known of vulnerable and malicious packages');
  advisories
    .command('import <dump>')
    .description('read advisories in the OSV format: a folder of .json files, or a .zip of them')
    .option('--source <name>', 'what to call the database that they are from', 'osv')
    .option('--replace', 'forget those of this database that are not in the dump')
    .option('--json', 'for scripts')
    .action((dump: string, options: ImportAdvisoriesOptions) =>
      on(async (context) =>
        (await import('./advisories-import.ts')).importAdvisories(context, dump, options),
      ),
    );
  advisories
    .command('list [package]')
    .description('show advisories, in the order of their ids')
    .option('--malicious', 'only those about attacks')
    .option('--limit <count>', 'how many', '50')
    .option('--json', 'for scripts')
    .action((name: string | undefined, options: ListAdvisoriesOptions) =>
      on(async (context) => (await import('./advisories-list.ts')).listAdvisories(context, name, options)),
    );
  advisories
    .command('show <id>')
    .description('show one advisory and the versions that it is about')
    .option('--json', 'for scripts')
    .action((id: string, options: { json?: boolean }) =>
      on(async (context) => (await import('./advisories-list.ts')).showAdvisory(context, id, options)),
    );
  advisories
    .command('scan')
    .description(
      'find stored versions, owned and pulled, that an advisory is about; exit code 1 if there are any',
    )
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./advisories-scan.ts')).scanAdvisories(context, options)),
    );
  advisories
    .command('remove <id>')
    .description('forget an advisory, until it is imported again')
    .option('--source <name>', 'only as this database has it')
    .action((id: string, options: { source?: string }) =>
      on(async (context) => (await import('./advisories-remove.ts')).removeAdvisory(context, id, options)),
    );
}
