import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Io } from './io.ts';
import type { PreviewPublishOptions } from './preview-publish.ts';

/** `kontor preview …`: for the machines of those who publish. They have no settings and no store. */
export function addPreviewCommands(program: Command, io: Io, done: (code: number) => void): void {
  const preview = program
    .command('preview')
    .description('publish packages of a commit, to try them before they are released');
  preview
    .command('publish [dir...]')
    .description('pack packages and publish them as previews of their commit')
    .option('--registry <url>', 'of the server; else KONTOR_REGISTRY_URL, else what .npmrc says')
    .option('--json', 'for scripts')
    .option('--output <file>', 'write the JSON there, beside what is printed')
    .option('--preview-version', 'with 0.0.0-preview-<sha> in place of their versions')
    .option('--compact', 'print short addresses')
    .option('--workspaces', 'of a root that is a package itself, publish the workspaces too')
    .addOption(
      new Option('--pack-with <manager>', 'who packs; else what the project uses').choices([
        'npm',
        'pnpm',
        'yarn',
        'yarn-classic',
        'bun',
      ]),
    )
    .option('--sha <sha>', 'the commit; else that of the CI job, or what git has checked out')
    .option('--branch <name>', 'branch that it is the head of')
    .addOption(new Option('--pr <number>', 'pull request that it is the head of').argParser(wholeNumber))
    .addOption(
      new Option('--run <number>', 'of the CI; an earlier one moves no branch back').argParser(wholeNumber),
    )
    .option('--repository <url>', 'where the commit is')
    .option('--allow-dirty', 'although files differ from the commit')
    .action(async (dirs: string[], options: PreviewPublishOptions) =>
      done(await (await import('./preview-publish.ts')).previewPublish(io, dirs, options)),
    );
}

function wholeNumber(text: string): string {
  if (/^\d{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It is a whole number, such as 42.');
}
