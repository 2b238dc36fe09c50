import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../kernel/index.ts';
import type { RemoteFormat, UpstreamScope, UpstreamSettings, UpstreamSource } from '../registry/index.ts';
import { UpstreamClient, type Remote } from '../upstream/index.ts';

/** After what a client's own configuration says of an upstream could not be read, it is read again, milliseconds. */
const READ_AGAIN = 10_000;

/** An upstream that can be asked. */
export type Reached = Pick<Remote, 'settings' | 'client'>;

/** How upstreams of one format are reached. */
export interface UpstreamKind {
  /** Null where there are no documents to ask for. */
  format: RemoteFormat | null;
  /**
   * Certificates, proxy and credentials for an address, as the format's own client on this machine is configured; undefined, after a
   * warning, if that cannot be read.
   */
  source(url: string): Promise<UpstreamSource | undefined>;
}

export interface UpstreamsOptions {
  /** By format. */
  kinds: ReadonlyMap<string, UpstreamKind>;
  storeId: string;
  /** URLs under which this server is reached, so that it never asks itself. */
  ownUrls: () => string[];
}

interface MadeClient {
  client: Promise<UpstreamClient>;
  settings: UpstreamSettings;
}

/** What a registry's policy names. */
interface Current {
  format: string;
  settings: UpstreamSettings[];
  reached: Promise<Reached[]>;
  remotes: Promise<Remote[]>;
}

/** The clients of all upstreams that policies name, one for each that is set in another way. */
export class Upstreams {
  readonly #options: UpstreamsOptions;
  /** By registry, in the order of the policy that was last asked for. */
  readonly #current = new Map<number, Current>();
  /** By format and settings. */
  readonly #clients = new Map<string, MadeClient>();
  readonly #retired = new Set<Promise<UpstreamClient>>();

  constructor(options: UpstreamsOptions) {
    this.#options = options;
  }

  /** Fault `upstream_down` if it cannot be known where one of them is: those behind it in the list are not asked in its place. */
  remotesOf = (scope: UpstreamScope): Promise<Remote[]> => this.#of(scope)?.remotes ?? Promise.resolve([]);

  /** As `remotesOf`, also of a format that has no documents. */
  reachedBy = (scope: UpstreamScope): Promise<Reached[]> => this.#of(scope)?.reached ?? Promise.resolve([]);

  #of({ registry, policy }: UpstreamScope): Current | undefined {
    const kind = this.#options.kinds.get(registry.format);
    if (kind === undefined) return undefined;
    const current = this.#current.get(registry.id);
    if (current?.settings === policy.upstreams) return current;
    if (current && isDeepStrictEqual(current.settings, policy.upstreams)) {
      current.settings = policy.upstreams;
      return current;
    }
    const reached = Promise.all(
      policy.upstreams.map(async (settings) => {
        const client = await this.#client(registry.format, kind, settings);
        const each: Reached = { settings, client };
        return each;
      }),
    );
    const { format } = kind;
    const remotes = reached.then((all) =>
      format === null ? [] : all.map(({ settings, client }) => ({ settings, client, format })),
    );
    const entry: Current = { format: registry.format, settings: policy.upstreams, reached, remotes };
    this.#current.set(registry.id, entry);
    remotes.then(
      () => this.#retire(),
      () => {
        if (this.#current.get(registry.id) === entry) this.#current.delete(registry.id);
      },
    );
    return entry;
  }

  async close(): Promise<void> {
    const clients = [...[...this.#clients.values()].map(({ client }) => client), ...this.#retired];
    await Promise.all(clients.map((client) => client.then((open) => open.close()).catch(() => undefined)));
  }

  #client(format: string, kind: UpstreamKind, settings: UpstreamSettings): Promise<UpstreamClient> {
    const key = keyOf(format, settings);
    const known = this.#clients.get(key);
    if (known) return known.client;
    const client = this.#make(kind, settings);
    this.#clients.set(key, { client, settings });
    client.catch(() => {
      setTimeout(() => {
        if (this.#clients.get(key)?.client === client) this.#clients.delete(key);
      }, READ_AGAIN).unref();
    });
    return client;
  }

  async #make(kind: UpstreamKind, settings: UpstreamSettings): Promise<UpstreamClient> {
    const source = await kind.source(settings.url);
    if (source === undefined) {
      throw new Fault(
        'upstream_down',
        `Where the upstream ${settings.name} is cannot be told, because the configuration that says it cannot be read: see the log of the server.`,
      );
    }
    const { storeId, ownUrls } = this.#options;
    return new UpstreamClient({ source, settings, storeId, ownUrls });
  }

  /** Clients that no policy names any more end when what they are doing must be over. */
  #retire(): void {
    const named = new Set(
      [...this.#current.values()].flatMap(({ format, settings }) =>
        settings.map((each) => keyOf(format, each)),
      ),
    );
    for (const [key, { client, settings }] of this.#clients) {
      if (named.has(key)) continue;
      this.#clients.delete(key);
      this.#retired.add(client);
      const close = async () => {
        this.#retired.delete(client);
        await (await client).close();
      };
      setTimeout(() => void close().catch(() => undefined), settings.timeouts.artifact).unref();
    }
  }
}

function keyOf(format: string, settings: UpstreamSettings): string {
  return JSON.stringify([format, settings]);
}
