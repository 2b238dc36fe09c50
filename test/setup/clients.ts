import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from './cache.ts';
import { writeSettings } from './client-settings.ts';
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

/** yarn 1, run by the Node that runs the tests. */
export async function yarnClassic(): Promise<Client> {
  const folder = await clients();
  return client(process.execPath, [join(folder, 'node_modules/yarn/bin/yarn.js')]);
}

/** yarn 4, run by the Node that runs the tests. */
export async function yarnBerry(): Promise<Client> {
  const folder = await clients();
  return client(process.execPath, [join(folder, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')]);
}

/** bun's native program. It lies in the package of this platform, unless an install script has moved it. */
export async function bunClient(): Promise<Client> {
  const modules = join(await clients(), 'node_modules');
  const platforms = readdirSync(join(modules, '@oven')).map((name) =>
    join(modules, '@oven', name, 'bin/bun'),
  );
  return client(platforms.find((file) => existsSync(file)) ?? join(modules, 'bun/bin/bun.exe'), []);
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
  // pnpm takes no `npm_config_registry`; all of them read the user's file.
  writeSettings(home, registry);
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
      // It refuses a lock file of somebody else's with versions of the last day, and tests have no older ones.
      pnpm_config_minimum_release_age: '0',
      // As root, yarn 1 keeps its settings beside everybody's programs and not in HOME; not where it takes root for a fake one.
      FAKEROOTKEY: 'tests',
    },
  };
}

/** A PATH on which these clients have their usual names, before whatever else the machine has. */
export function pathWith(named: Record<string, Pick<Client, 'command' | 'prefix'>>): string {
  const folder = temporaryFolder('commands');
  for (const [name, { command, prefix }] of Object.entries(named)) {
    const words = [command, ...prefix].map((word) => `'${word}'`).join(' ');
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  }
  return [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
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
