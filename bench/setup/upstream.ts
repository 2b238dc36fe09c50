import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { freePort } from '../../test/setup/ports.ts';
import { applicationFixture } from './application.ts';
import { startServer } from './processes.ts';
import { fetchOk } from './registry-client.ts';
import { serverOf, untilReady, type Server } from './server.ts';

/** What an upstream was asked since the last time that it told. */
export interface Tally {
  requests: number;
  /** The most requests that were in flight at once. */
  peak: number;
}

export interface SlowUpstream extends Server {
  tally(): Promise<Tally>;
}

/** Starts the registry behind a slow line, on the core of the load: it is no part of what is measured. */
export async function startSlowUpstream(folder: string): Promise<SlowUpstream> {
  const fixture = await applicationFixture();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'upstream.log');
  const program = fileURLToPath(new URL('../upstream/server.ts', import.meta.url));
  const started = startServer(process.execPath, [program, String(port), fixture], {
    cwd: folder,
    log,
    env: cleanEnvironment(),
    core: 'load',
  });
  await untilReady(`${url}/-/tally`, started, log);
  return {
    ...serverOf(started, { url, registry: `${url}/npm`, log }),
    tally: async () => JSON.parse((await fetchOk(`${url}/-/tally`)).body.toString()) as Tally,
  };
}
