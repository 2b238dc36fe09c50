import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from './cache.ts';
import { temporaryFolder } from './resources.ts';
import { run, type RunOptions, type RunResult } from './run.ts';

/** A real, unmodified package manager at its pinned version. */
export interface Client {
  command: string;
  /** Arguments that come before those of the user. */
  prefix: string[];
  /** Runs it in a clean environment; pass the `cwd` and `env` of a sandbox. */
  run(args: string[], options: RunOptions & { cwd: string }): Promise<RunResult>;
}

/** A machine of its own for a client: home, caches and settings are empty, and no other registry is known to it. */
export interface Sandbox {
  /** An empty folder to work in. */
  cwd: string;
  home: string;
  env: Record<string, string>;
}

/** npm's own JavaScript, run by the Node that runs the tests. */
export async function npmClient(): Promise<Client> {
  const folder = await clients();
  return client(process.execPath, [join(folder, 'node_modules/npm/bin/npm-cli.js')]);
}

/** pnpm's native program. */
export async function pnpmClient(): Promise<Client> {
  const folder = await clients();
  return client(join(folder, 'node_modules/pnpm/pnpm'), []);
}

/**
 * A sandbox whose only registry is the given one. Without one, clients are sent to a port where nothing listens:
 * a test can then not reach the internet by mistake.
 */
export function sandbox(registry = 'http://127.0.0.1:9/'): Sandbox {
  const root = temporaryFolder('client');
  const home = join(root, 'home');
  const cwd = join(root, 'work');
  for (const folder of [home, cwd]) mkdirSync(folder);
  // pnpm takes no `npm_config_registry`; both read the user's file.
  writeFileSync(join(home, '.npmrc'), `registry=${registry}\n`);
  return {
    cwd,
    home,
    env: {
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'share'),
      XDG_STATE_HOME: join(home, 'state'),
      npm_config_userconfig: join(home, '.npmrc'),
      npm_config_globalconfig: join(home, 'global-npmrc'),
      npm_config_cache: join(home, 'npm-cache'),
      npm_config_prefix: join(home, 'prefix'),
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_fetch_retries: '0',
    },
  };
}

function clients(): Promise<string> {
  return installLocked(fileURLToPath(new URL('../clients', import.meta.url)));
}

function client(command: string, prefix: string[]): Client {
  return {
    command,
    prefix,
    run: (args, options) => run(command, [...prefix, ...args], options),
  };
}
