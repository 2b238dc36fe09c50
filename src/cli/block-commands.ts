import type { Command } from 'commander';
import type { BlockAddOptions } from './block-add.ts';
import type { Context } from './context.ts';

type On = (action: (context: Context) => Promise<number>) => Promise<void>;

/** `kontor block …`. */
export function addBlockCommands(program: Command, on: On): void {
  const block = program.command('block').description('keep packages, or versions of them, out');
  block
    .command('add <name[@range]>')
    .description('block a package, or the versions in a range; @acme/* stands for several')
    .requiredOption('--reason <sentence>', 'what people are told who ask for it')
    .option('--registry <name>', 'only in this registry (default: in all of them)')
    .option('--advisory <id>', 'the advisory behind it, such as MAL-2026-1')
    .option('--json', 'for scripts')
    .action((spec: string, options: BlockAddOptions) =>
      on(async (context) => (await import('./block-add.ts')).blockAdd(context, spec, options)),
    );
  block
    .command('list')
    .description('show the blocks')
    .option('--json', 'for scripts')
    .action((options: { json?: boolean }) =>
      on(async (context) => (await import('./block-list.ts')).blockList(context, options)),
    );
  block
    .command('remove <id>')
    .description('lift a block')
    .option('--json', 'for scripts')
    .action((id: string, options: { json?: boolean }) =>
      on(async (context) => (await import('./block-remove.ts')).blockRemove(context, id, options)),
    );
}
