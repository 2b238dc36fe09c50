import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { freePort } from '../../test/setup/ports.ts';
import { startServer } from './processes.ts';
import { serverOf, untilReady, type Server } from './server.ts';

export const launcher = fileURLToPath(new URL('../../bin/kontor', import.meta.url));

/**
 * Starts the server of this clone as an operator does, with the settings as shipped but for port, data folder and
 * upstream, which is off so that nothing leaves the machine. Returns how long it took until it was ready, in
 * milliseconds.
 */
export async function startKontor(
  folder: string,
  { upstream = 'off', env = {} }: { upstream?: string; env?: Record<string, string> } = {},
): Promise<Server & { startMs: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'kontor.log');
  const begun = performance.now();
  const started = startServer(launcher, ['serve'], {
    cwd: folder,
    log,
    env: {
      ...cleanEnvironment(),
      HOME: folder,
      KONTOR_PORT: String(port),
      KONTOR_DATA: join(folder, 'data'),
      KONTOR_NPM_UPSTREAM: upstream,
      ...env,
    },
  });
  await untilReady(`${url}/ready`, started, log);
  const startMs = performance.now() - begun;
  return { ...serverOf(started, { url, registry: `${url}/npm`, log }), startMs };
}
