import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { UpstreamOptions } from './registry-upstream-options.ts';

type On = (action: (context: Context) => number | Promise<number>) => Promise<void>;

const many = (text: string, before: string[] = []) => [...before, text];
const load = () => import('./registry-upstream-change.ts');

/** `kontor registry upstream …`. */
export function addUpstreamCommands(registry: Command, on: On): void {
  const upstream = registry
    .command('upstream')
    .description('look after the registries elsewhere that fill gaps in one of ours');
  upstream
    .command('list <registry>')
    .description('show the upstreams of a registry in the order in which they are asked')
    .option('--json', 'for scripts')
    .action((name: string, options: { json?: boolean }) =>
      on(async (context) =>
        (await import('./registry-upstream-list.ts')).upstreamList(context, name, options),
      ),
    );
  withOptions(
    upstream
      .command('add <registry> <url>')
      .description('ask another registry too; npm as url is the one that npm is configured for')
      .option('--name <name>', 'what it is called (default: its host)')
      .option('--first', 'before the others instead of behind them'),
  ).action(
    (registryName: string, url: string, options: UpstreamOptions & { name?: string; first?: boolean }) =>
      on(async (context) => (await load()).upstreamAdd(context, registryName, url, options)),
  );
  withOptions(
    upstream
      .command('set <registry> <name>')
      .description('change an upstream; what is not said stays')
      .option('--url <url>', 'where it is; credentials do not go along to another host'),
  )
    .option('--no-credentials', 'forget its credentials')
    .action((registryName: string, name: string, options: UpstreamOptions) =>
      on(async (context) => (await load()).upstreamSet(context, registryName, name, options)),
    );
  upstream
    .command('remove <registry> <name>')
    .description('ask it no more; what is stored of it stays')
    .action((registryName: string, name: string) =>
      on(async (context) => (await load()).upstreamRemove(context, registryName, name)),
    );
  upstream
    .command('reset <registry>')
    .description('ask those again that are asked by default')
    .action((registryName: string) =>
      on(async (context) => (await load()).upstreamReset(context, registryName)),
    );
}

function withOptions(command: Command): Command {
  return command
    .option('--names <patterns>', 'names that it alone is asked for, such as @acme/*; repeatable', many)
    .option('--token', 'it wants a token, which is asked for, or piped in as a line')
    .option('--token-from <variable>', 'the token is in this variable')
    .option('--username <name>', 'it wants a password, which is asked for, or piped in as a line')
    .option('--password-from <variable>', 'the password is in this variable')
    .option(
      '--allow-host <host>',
      'where redirects and tarball URLs may lead: host, host:port, *.domain; repeatable',
      many,
    )
    .option('--allow-private', 'those may have private and loopback addresses')
    .option('--no-allow-private', 'they may not')
    .option('--freshness <duration>', 'how long what it said is given without asking again')
    .option('--missing-freshness <duration>', 'the same for what it does not have')
    .option('--patience <duration>', 'how long a client waits for news where there is a stored copy')
    .option(
      '--timeout <phase=duration>',
      'how long connect, headers, idle, document or artifact may take; repeatable',
      many,
    );
}
