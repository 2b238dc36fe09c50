import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../../test/setup/cache.ts';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { freePort } from '../../test/setup/ports.ts';
import { startServer } from './processes.ts';
import { serverOf, untilReady, type Server } from './server.ts';

/** The pinned Verdaccio and its lock, which is also the real application that `npm ci` installs. */
export const verdaccioProject = fileURLToPath(new URL('../verdaccio', import.meta.url));

/**
 * Starts Verdaccio with the settings that it ships, but for what would leave the machine: no uplink (or the given one)
 * and no audit. And but for its tokens: those that it gives out by default cost it a bcrypt at every request, which would
 * flatter us; so it gives out JWTs.
 */
export async function startVerdaccio(folder: string, uplink?: string): Promise<Server> {
  const installed = await installLocked(verdaccioProject);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'config.yaml');
  await mkdir(join(folder, 'plugins'), { recursive: true });
  await writeFile(config, configuration(uplink));
  const log = join(folder, 'verdaccio.log');
  const program = join(installed, 'node_modules/verdaccio/bin/verdaccio');
  const started = startServer(
    process.execPath,
    [program, '--config', config, '--listen', `127.0.0.1:${port}`],
    {
      cwd: folder,
      log,
      env: { ...cleanEnvironment(), HOME: folder },
    },
  );
  await untilReady(`${url}/-/ping`, started, log);
  return serverOf(started, { url, registry: url, log });
}

/** JSON is YAML too. */
function configuration(uplink: string | undefined): string {
  const rules = {
    access: '$all',
    publish: '$authenticated',
    unpublish: '$authenticated',
    ...(uplink !== undefined && { proxy: 'limit' }),
  };
  return JSON.stringify({
    storage: './storage',
    plugins: './plugins',
    web: { title: 'Verdaccio' },
    auth: { htpasswd: { file: './htpasswd' } },
    security: { api: { jwt: { sign: { expiresIn: '1d' } } } },
    uplinks: uplink === undefined ? {} : { limit: { url: `${uplink}/` } },
    packages: { '@*/*': rules, '**': rules },
    server: { keepAliveTimeout: 60 },
    log: { type: 'stdout', format: 'pretty', level: 'http' },
  });
}
