import { Fault } from '../../kernel/light/index.ts';
import { openIndex, PackageCache, type Arrival, type Origin } from '../cache/index.ts';
import { vaisHome } from '../credentials/index.ts';
import type { Progress } from '../progress/index.ts';
import {
  lockChanges,
  readLock,
  readText,
  wouldChange,
  writeLock,
  writeWhole,
  type Lock,
  type LockedPackage,
} from '../project/index.ts';
import { registryBase, type PackageIndex, type RegistryClient, type Variables } from '../registry/index.ts';
import { needsRegistry, type Demand } from './demand.ts';
import { fetchAll, type Remote } from './fetch-all.ts';
import { planOfLock } from './locked-plan.ts';
import { planOfIndex } from './resolved-plan.ts';

/** The registry that is meant. */
export interface Connection {
  client: RegistryClient;
  /** As of `Origin`. */
  own: Origin['own'];
}

export interface InstallOptions {
  env: Variables;
  /** Finds the registry that is meant, when something has to be asked of it; `manifest` is what the project says of it. */
  connect: (manifest: string | undefined) => Promise<Connection>;
  /** `--registry`: this line says which one is meant. Fault `digest_mismatch` if that is known to have other bytes than are locked. */
  asked?: boolean;
  /** `--offline`: no request is made. */
  offline?: boolean;
  /** `--no-offline`: the index is fetched, whatever is locked and cached. */
  fresh?: boolean;
  /** `--update`: what is locked does not count, of everything or of these. */
  renew?: 'all' | ReadonlySet<string>;
  /** `--locked`: Fault `conflict` if the lock file would change. */
  locked?: boolean;
  progress: Progress;
  signal: AbortSignal;
  /** Told of what was damaged and is mended; a sentence. */
  warn: (message: string) => void;
  /** Told what will be installed, before the first of it is. */
  onPlan?: (packages: readonly LockedPackage[]) => void;
}

export interface InstalledPackage {
  locked: LockedPackage;
  /** `local` for a folder of this machine. */
  arrival: Arrival | 'local';
  /** Where its files are; undefined for a local one. */
  folder: string | undefined;
}

export interface Installed {
  packages: InstalledPackage[];
  lockFile: string;
  before: Lock;
  after: Lock;
}

/**
 * Chooses versions, brings them into the cache, and writes the lock file when all are there. A lock that serves, of packages that are
 * cached, takes no request. Faults as those of the parts; then the lock file is what it was.
 */
export async function install(demand: Demand, options: InstallOptions): Promise<Installed> {
  const home = vaisHome(options.env);
  const text = await readText(demand.lockFile);
  const lock = text === undefined ? undefined : readLock(text);
  const session = new Session(demand, options, home);
  try {
    checkNames(options.renew, demand, lock);
    const after = await session.plan(lock);
    if (options.locked === true && wouldChange(lock, after)) throw outdated(lock ?? new Map(), after);
    const cache = new PackageCache({ home, warn: options.warn });
    const wanted = [...after.values()].filter(({ source }) => source === 'registry');
    options.onPlan?.(wanted);
    const arrivals = await fetchAll(wanted, {
      cache,
      remote: options.offline === true ? undefined : () => session.remote(),
      progress: options.progress,
      signal: options.signal,
      explain: async (error, one, registry) => {
        const { explainFetch } = await import('./explain.ts');
        return explainFetch(error, one, { registry, demand, lock });
      },
    });
    await cache.sweep();
    options.signal.throwIfAborted();
    const written = writeLock(after);
    if (written !== text) await writeWhole(demand.lockFile, written);
    const packages = [...after.values()].map((locked) => ({
      locked,
      arrival: arrivals.get(locked.name) ?? ('local' as const),
      folder: locked.source === 'registry' ? cache.folder(locked) : undefined,
    }));
    return { packages, lockFile: demand.lockFile, before: lock ?? new Map(), after };
  } finally {
    session.close();
  }
}

/** One run with one registry, which is found and asked only if need be. */
class Session {
  readonly #demand: Demand;
  readonly #options: InstallOptions;
  readonly #home: string;
  #connection: Promise<Connection> | undefined;
  #index: PackageIndex | undefined;
  #remote: Promise<Remote> | undefined;

  constructor(demand: Demand, options: InstallOptions, home: string) {
    this.#demand = demand;
    this.#options = options;
    this.#home = home;
  }

  async plan(lock: Lock | undefined): Promise<Lock> {
    const { renew, fresh, offline, warn } = this.#options;
    if (lock !== undefined && renew === undefined && fresh !== true) {
      const plan = planOfLock(this.#demand, lock);
      if (plan !== undefined) {
        if (this.#options.asked === true) await this.#refuseOtherBytes(plan);
        return plan;
      }
    }
    if (!needsRegistry(this.#demand)) {
      return planOfIndex(this.#demand, await emptyIndex(), { lock: undefined, renew: 'all', warn });
    }
    const { client } = await this.#open();
    this.#index = await openIndex(client, { home: this.#home, offline, fresh, warn });
    return planOfIndex(this.#demand, this.#index, { lock, renew: renew ?? new Set(), warn });
  }

  /** What packages are fetched with. A copy of the index may know where they are; without one they are at their usual places. */
  remote(): Promise<Remote> {
    this.#remote ??= (async () => {
      const { client, own } = await this.#open();
      return { client, own, index: this.#index ?? (await this.#copyOf(client)) };
    })();
    return this.#remote;
  }

  #copyOf(client: RegistryClient): Promise<PackageIndex | undefined> {
    return openIndex(client, { home: this.#home, offline: true }).catch(() => undefined);
  }

  close(): void {
    void this.#connection?.then(({ client }) => client.close()).catch(() => undefined);
  }

  async #open(): Promise<Connection> {
    const connection = await this.#connect();
    this.#refuseOthers(connection.client);
    return connection;
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#options.connect(this.#demand.registry);
    return this.#connection;
  }

  /** A lock does not say whose its packages are, and the cache may have them: nobody would notice that another registry was asked for. */
  async #refuseOtherBytes(plan: Lock): Promise<void> {
    const { client } = await this.#connect();
    const index = await this.#copyOf(client);
    for (const one of plan.values()) {
      const got = one.source === 'registry' ? index?.version(one.name, one.version)?.checksum : undefined;
      if (got === undefined || got === one.checksum) continue;
      const { otherThanAsked } = await import('./explain.ts');
      throw otherThanAsked(one, { registry: client.base, demand: this.#demand, got });
    }
  }

  #refuseOthers({ base }: RegistryClient): void {
    const other = this.#demand.elsewhere.find(({ registry }) => !isRegistry(registry, base));
    if (other === undefined) return;
    throw new Fault(
      'bad_request',
      `${other.name} is wanted of the registry ${other.registry}, and everything else of ${base}: a project has one registry. Publish it there, or name the registry in [package] of vais.toml.`,
    );
  }
}

function checkNames(renew: InstallOptions['renew'], { root }: Demand, lock: Lock | undefined): void {
  if (renew === undefined || renew === 'all') return;
  const wanted = new Set(root.wanted.map(({ name }) => name));
  const unknown = [...renew].find((name) => lock?.has(name) !== true && !wanted.has(name));
  if (unknown === undefined) return;
  throw new Fault(
    'bad_request',
    `${unknown} is not in vais.lock: nothing here needs it. "add" makes it needed.`,
  );
}

async function emptyIndex(): Promise<PackageIndex> {
  const { PackageIndex } = await import('../registry/index.ts');
  return new PackageIndex(Buffer.from('[]'), 'nothing');
}

function isRegistry(registry: string, base: string): boolean {
  try {
    return registryBase(registry) === base;
  } catch {
    return false;
  }
}

function outdated(before: Lock, after: Lock): Fault {
  const changes = lockChanges(before, after).map((line) => `  ${line}`);
  return new Fault(
    'conflict',
    [
      'vais.lock does not fit what is wanted, and --locked forbids to change it:',
      ...changes,
      'Run the same without --locked, and commit vais.lock.',
    ].join('\n'),
  );
}
