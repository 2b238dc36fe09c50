import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';
import { cacheFolder } from './cache.ts';
import { alone } from './claims.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Bundles of sources that have changed since are kept for so long, milliseconds. */
const LONGEST = 86_400_000;
/** They load files of their own. */
const external = [/^@node-rs\//, /^@npmcli\//];

let bundled: Promise<string> | undefined;

/**
 * A launcher like `bin/kontor` for the same sources in a few files: a server starts with half of the work, and hundreds are
 * started. Made once for each state of the sources. What is about the launcher, memory or start itself runs the real one.
 */
export function bundledLauncher(): Promise<string> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `bundle-${digest()}`);
  const launcher = join(folder, 'kontor');
  if (existsSync(launcher)) return launcher;
  return alone('bundle', async () => {
    if (existsSync(launcher)) return launcher;
    const building = await mkdtemp(join(cache, 'bundling-'));
    try {
      await write(building, folder);
      await rename(building, folder);
      await forgetOld(cache);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    return launcher;
  });
}

function sources(): string[] {
  return globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
}

function digest(): string {
  const hash = createHash('sha256').update(root).update(process.version);
  const own = ['package.json', 'package-lock.json', 'bin/kontor', 'test/setup/bundle.ts'];
  for (const file of [...sources().toSorted(), ...own])
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 20);
}

/** Writes into `building` what will lie at `folder`. */
async function write(building: string, folder: string): Promise<void> {
  // Loaded only by whoever has to bundle.
  const { rolldown } = await import('rolldown');
  const entries = ['src/cli/main.ts', ...sources().filter((file) => file.endsWith('-worker.ts'))];
  const build = await rolldown({
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), join(root, file)])),
    platform: 'node',
    external,
    plugins: [places(folder)],
    logLevel: 'silent',
  });
  await build.write({ dir: building, format: 'esm', entryFileNames: '[name].js' });
  await build.close();
  await cp(join(root, 'package.json'), join(building, 'package.json'));
  await symlink(join(root, 'node_modules'), join(building, 'node_modules'));
  await writeFile(
    join(building, 'kontor'),
    `#!/bin/sh\nNODE_COMPILE_CACHE='${folder}/compiled' exec '${process.execPath}' ${nodeOptions()} '${folder}/src/cli/main.js' "$@"\n`,
    { mode: 0o755 },
  );
  await chmod(building, 0o755);
}

/** As the launcher of the clone has them. */
function nodeOptions(): string {
  const launcher = readFileSync(join(root, 'bin/kontor'), 'utf8');
  const options = /^exec "\$node" (--\S+(?: --\S+)*) /m.exec(launcher)?.[1];
  if (options === undefined) throw new Error('bin/kontor starts Node in another way than this expects.');
  return options;
}

/** A module that looks for files beside itself finds them where it would lie if it were not in one file with others. */
function places(folder: string): Plugin {
  return {
    name: 'places',
    transform(code, id) {
      if (!id.startsWith(join(root, 'src')) || !code.includes('import.meta.url')) return undefined;
      const place = join(folder, id.slice(root.length)).replace(/\.ts$/, '.js');
      return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(place).href));
    },
  };
}

async function forgetOld(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('bundle-')) continue;
    const { mtimeMs } = await stat(join(cache, name));
    if (Date.now() - mtimeMs > LONGEST) await rm(join(cache, name), { recursive: true, force: true });
  }
}
