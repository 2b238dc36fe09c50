import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installLocked } from '../../test/setup/cache.ts';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';

const clients = fileURLToPath(new URL('../../test/clients', import.meta.url));

/** Runs `npm ci` for a project with an empty cache of its own; resolves to how long it took, in seconds. */
export async function npmCi(folder: string, project: string, registry: string): Promise<number> {
  const npm = join(await installLocked(clients), 'node_modules/npm/bin/npm-cli.js');
  const home = await mkdtemp(join(folder, 'npm-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) await cp(join(project, file), join(home, file));
    await writeFile(join(home, '.npmrc'), `registry=${registry}/\n`);
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'];
    const begun = performance.now();
    await promisify(execFile)(process.execPath, [npm, ...args], {
      cwd: home,
      env: {
        ...cleanEnvironment(),
        HOME: home,
        npm_config_cache: join(home, 'cache'),
        npm_config_globalconfig: join(home, 'global-npmrc'),
        npm_config_update_notifier: 'false',
      },
      timeout: 300_000,
      maxBuffer: 2 ** 26,
    });
    return (performance.now() - begun) / 1000;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
