import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from './resources.ts';
import { run, type RunResult } from './run.ts';
import { launcher } from './server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes down every module that is loaded, in whichever way. */
const recorder = (log: string) => `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    appendFileSync(${JSON.stringify(log)}, url + '\\n');
    return next(url, context);
  },
});
`;

export interface Loaded {
  result: RunResult;
  /** Our own files, from the root: `src/cli/main.ts`. */
  ours: string[];
  /** Names of packages. */
  packages: string[];
}

/** Runs a command of this clone, and says what it loaded. */
export async function loadedBy(
  command: 'kontor' | 'vaisc',
  args: string[],
  { cwd = temporaryFolder('cwd'), env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Loaded> {
  const folder = temporaryFolder('modules');
  const [log, hooks] = [join(folder, 'log'), join(folder, 'hooks.mjs')];
  await writeFile(log, '');
  await writeFile(hooks, recorder(log));
  const result = await run(join(launcher, '..', command), args, {
    cwd,
    env: { ...env, NODE_OPTIONS: `--import=${pathToFileURL(hooks).href}` },
  });
  const urls = (await readFile(log, 'utf8')).split('\n').filter((url) => url.startsWith('file:'));
  const paths = urls.map((url) => relative(root, fileURLToPath(url.replace(/[?#].*/, ''))));
  const packages = paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return {
    result,
    ours: paths.filter((path) => path.startsWith('src/')),
    packages: [...new Set(packages)].filter((name) => name !== undefined),
  };
}
