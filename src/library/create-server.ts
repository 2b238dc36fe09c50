import { Fault } from '../kernel/index.ts';
import { loggerTo, serve, type Config, type RunningServer } from '../server/index.ts';
import { madeWith } from './made.ts';
import type { Registry } from './registry.ts';

/** What a start leads to. */
export interface StartedServer {
  /** Where it listens, such as `http://localhost:3000`. */
  url: string;
  /** The administrator that this start made, if it did: the file holds the random password. */
  firstAdministrator?: { name: string; passwordFile?: string };
}

/** A server that is started and stopped. Both functions may be taken out of the object. */
export interface RegistryServer {
  /**
   * Listens, and serves as `kontor serve` does. Need not be awaited: an error (the port is in use, another server has the store) rejects,
   * with a message that says what to do, and ends a program that does not catch it. Starting what runs already changes nothing.
   */
  start(): Promise<StartedServer>;
  /** Takes no new requests, finishes those that are under way, writes down everything, also what methods of the registry did, and frees the port. Stopping twice is fine. */
  stop(): Promise<void>;
}

/**
 * Makes a server for a registry: all doors of Kontor, with Pantry's paths at the root. It adds nothing to the process: no signal handlers,
 * no output.
 *
 * @param port the TCP port; 0 lets the system choose. Left out: the registry's `port`, else 3000
 * @example
 * const { start, stop } = createServer(registry, 3000)
 * start()
 */
export function createServer(registry: Registry, port?: number): RegistryServer {
  const made = madeWith(registry);
  const { log, store } = made;
  const config = port === undefined ? made.config : withPort(made.config, port);
  let running: Promise<RunningServer> | undefined;
  let stopped: Promise<void> = Promise.resolve();
  // A server that is about to stop has the store still.
  const begin = async () => {
    await stopped.catch(() => undefined);
    return serve(config, loggerTo(config.values.logLevel, log ?? { write: () => undefined }));
  };
  const end = async (last: Promise<RunningServer> | undefined, before: Promise<void>) => {
    await before.catch(() => undefined);
    const server = await last?.catch(() => undefined);
    await server?.stop();
    await store.close();
  };

  return {
    start: async () => {
      const mine = (running ??= begin());
      try {
        const server = await mine;
        made.base = config.values.publicUrl ?? server.url;
        return tell(server);
      } catch (error) {
        if (running === mine) running = undefined;
        throw error;
      }
    },
    stop: () => {
      stopped = end(running, stopped);
      running = undefined;
      return stopped;
    },
  };
}

function withPort(config: Config, port: number): Config {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Fault('config_invalid', `The port ${port} is none: take a whole number from 0 to 65535.`);
  }
  return { ...config, values: { ...config.values, port } };
}

function tell({ url, firstAdministrator: first }: RunningServer): StartedServer {
  if (first.outcome !== 'created') return { url };
  const { generated, user } = first;
  return {
    url,
    firstAdministrator: { name: user.name, ...(generated && { passwordFile: generated.file }) },
  };
}
