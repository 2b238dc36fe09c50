import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { freePort } from '../../test/setup/ports.ts';
import { startServer } from './processes.ts';
import type { Answer } from './registry-client.ts';
import { serverOf, untilReady, type Server } from './server.ts';

/** Node and the framework write these themselves. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'content-length', 'date']);

/** Starts the bare handler, which repeats this answer of Kontor's. */
export async function startBare(folder: string, { headers, body }: Answer): Promise<Server> {
  const file = join(folder, 'body');
  await writeFile(file, body);
  const repeated = Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'bare.log');
  const program = fileURLToPath(new URL('../bare/server.ts', import.meta.url));
  const started = startServer(process.execPath, [program, String(port), file, JSON.stringify(repeated)], {
    cwd: folder,
    log,
    env: { ...cleanEnvironment(), NODE_ENV: 'production' },
  });
  await untilReady(`${url}/ready`, started, log);
  return serverOf(started, { url, registry: `${url}/npm`, log });
}
