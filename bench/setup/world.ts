import { rmSync } from 'node:fs';
import { chmod, mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import { startKontor } from './kontor.ts';
import { makeSite, startNginx, type NginxSettings, type Site } from './nginx.ts';
import { login } from './registry-client.ts';
import { seedStore } from './seed.ts';
import type { Server } from './server.ts';
import { startVerdaccio } from './verdaccio.ts';

/** A registry that takes publishes of the bench's user. */
export interface Registry extends Server {
  token: string;
}

/** Versions of the package that grows. */
export const GROWN_VERSIONS = 5000;
export const grownName = 'growth-grown';
/** Names in stores of many packages; load.lua puts the number behind the same prefix. */
export const populationPrefix = 'population-';
export const populationName = (place: number) => `${populationPrefix}${String(place).padStart(6, '0')}`;

/** What scenarios share: servers are started when the first scenario asks for them, and stopped at the end. */
export class World {
  readonly options: Options;
  readonly #root: string;
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #once = new Map<string, Promise<unknown>>();

  private constructor(options: Options, root: string) {
    this.options = options;
    this.#root = root;
  }

  static async make(options: Options): Promise<World> {
    const root = await mkdtemp(join(tmpdir(), 'kontor-bench-'));
    // The workers of a nginx that root starts are nobody.
    await chmod(root, 0o755);
    process.once('exit', () => rmSync(root, { recursive: true, force: true }));
    return new World(options, root);
  }

  /** Kontor with few packages, one of which has grown to 5,000 versions. */
  kontor(): Promise<Registry> {
    return this.registry('kontor', async (folder) => {
      const grown = { name: () => grownName, packages: 1, versions: GROWN_VERSIONS };
      await seedStore(folder, [grown]);
      return startKontor(folder);
    });
  }

  verdaccio(): Promise<Registry> {
    return this.registry('verdaccio', (folder) => startVerdaccio(folder));
  }

  /** Kontor with so many packages of one version each. */
  populated(packages: number): Promise<Registry> {
    return this.registry(`populated-${packages}`, async () => startKontor(await this.seeded(packages)));
  }

  /** The folder of a store with so many packages. */
  seeded(packages: number): Promise<string> {
    return this.once(`seeded-${packages}`, async () => {
      const folder = await this.folder(`seeded-${packages}`);
      await seedStore(folder, [{ name: populationName, packages, versions: 1 }]);
      return folder;
    });
  }

  /** The files that nginx serves beside `kontor` and `verdaccio`. */
  site(): Promise<Site> {
    return this.once('site', async () => makeSite(await this.folder('site')));
  }

  nginx(settings: NginxSettings): Promise<Server> {
    return this.server(`nginx-${settings}`, async (folder) =>
      startNginx(folder, await this.site(), { settings }),
    );
  }

  /** Starts a server in a folder of its own, once. */
  async server<S extends Server>(name: string, start: (folder: string) => Promise<S>): Promise<S> {
    const known = this.#servers.get(name) ?? this.folder(name).then(start);
    this.#servers.set(name, known);
    return (await known) as S;
  }

  /** Stops a server that later scenarios would only find in their way. */
  async stop(name: string): Promise<void> {
    const server = this.#servers.get(name);
    this.#servers.delete(name);
    await (await server)?.stop();
  }

  /** Does what several scenarios need the first time that it is asked for. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#once.get(name) ?? make();
    this.#once.set(name, made);
    return made as Promise<T>;
  }

  async folder(name: string): Promise<string> {
    const folder = join(this.#root, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((name) => this.stop(name).catch(() => undefined)));
  }

  /** Like `server`, with a token of the bench's user. */
  registry(name: string, start: (folder: string) => Promise<Server>): Promise<Registry> {
    return this.server(name, async (folder) => {
      const server = await start(folder);
      return { ...server, token: await login(server.registry) };
    });
  }
}
