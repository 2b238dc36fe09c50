import { Option, type Command } from 'commander';
import type { AuditFilterOptions } from './audit-filter.ts';
import type { AuditListOptions } from './audit-list.ts';
import type { AuditVerifyOptions } from './audit-verify.ts';
import type { Context } from './context.ts';

type On = (action: (context: Context) => Promise<number>) => Promise<void>;

/** `kontor audit …` */
export function addAuditCommands(program: Command, on: On): void {
  const audit = program.command('audit').description('read the record of changes and refusals, and check it');
  withFilter(audit.command('list').description('show events, the newest first'))
    .option('--limit <count>', 'how many', '50')
    .option('--before <seq>', 'only those before this number: the next page')
    .option('--json', 'for scripts')
    .action((options: AuditListOptions) =>
      on(async (context) => (await import('./audit-list.ts')).auditList(context, options)),
    );
  withFilter(audit.command('export').description('print all events as JSON lines, the oldest first')).action(
    (options: AuditFilterOptions) =>
      on(async (context) => (await import('./audit-list.ts')).auditExport(context, options)),
  );
  audit
    .command('verify')
    .description('check that no event was removed, edited or moved')
    .option(
      '--head <seq:hash>',
      'what an earlier check printed: nothing before it may have been written anew',
    )
    .option('--json', 'for scripts')
    .action((options: AuditVerifyOptions) =>
      on(async (context) => (await import('./audit-verify.ts')).auditVerify(context, options)),
    );
}

function withFilter(command: Command): Command {
  return command
    .option('--actor <name>', 'only what this user did')
    .option('--type <type>', 'only this type, such as package.publish, or package. for all of them')
    .option('--registry <name>', 'only in this registry')
    .option('--package <name>', 'only on this package')
    .addOption(new Option('--result <result>', 'only what was done, or refused').choices(['done', 'refused']))
    .option('--since <time>', 'not before this: 2026-01-31, 2026-01-31T12:00Z, or 7d ago')
    .option('--until <time>', 'before this');
}
