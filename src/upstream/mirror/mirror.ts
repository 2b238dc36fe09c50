import { Fault, isFault, type ErrorCode } from '../../kernel/index.ts';
import type { JudgedVersion } from '../../policy/index.ts';
import type { Admit, StoredArtifact, Upstream, UpstreamScope } from '../../registry/index.ts';
import type { Turns } from '../lease.ts';
import { locate, type Reached } from './addresses.ts';
import { fetchMirrored, type MirrorStores, type Wanted } from './fetch.ts';
import { Findings } from './findings.ts';

export interface MirrorOptions extends Omit<MirrorStores, 'findings'> {
  turns: Turns;
  /** The upstreams that the policy names, in its order. */
  reachedBy: (scope: UpstreamScope) => Promise<Reached[]>;
}

/**
 * Pull-through of files that no document names. Their name is an address, which must begin with the URL of an upstream, and their
 * version says what must be in them, so that it does not matter where they came from. Nothing is given before it was checked: a file of
 * a mirror is right or is refused with a status.
 */
export class Mirror implements Upstream {
  readonly #options: MirrorOptions;
  /** What this process is fetching, by address: whoever asks for it meanwhile joins. */
  readonly #flights = new Map<string, { file: string; artifact: Promise<StoredArtifact | undefined> }>();
  readonly #findings: Findings;
  readonly #stop = new AbortController();

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#findings = new Findings(options.format, options.clock);
  }

  document(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  glance(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** What was stored once is what its version says, wherever it was. */
  mayHave(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async versionOf(scope: UpstreamScope, name: string, file: string): Promise<JudgedVersion | undefined> {
    const version = this.#options.format.versionOf(file);
    const located = version === undefined ? undefined : await this.#locate(scope, name);
    // When it was made nobody says.
    return version === undefined || located === undefined ? undefined : { version, time: null };
  }

  async artifact(
    scope: UpstreamScope,
    name: string,
    file: string,
    admit: Admit,
  ): Promise<StoredArtifact | undefined> {
    const { registry, policy } = scope;
    const version = this.#options.format.versionOf(file);
    const located = version === undefined ? undefined : await this.#locate(scope, name);
    if (version === undefined || located === undefined) return undefined;
    if (policy.offline) {
      throw new Fault(
        'upstream_down',
        `The registry ${registry.name} is offline (its setting "offline"), and ${name} is not stored here.`,
      );
    }
    return this.#join({ registry, name, file, version, located, admit });
  }

  /** Gives up what is on its way, and waits until what is being stored is stored. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#flights.values()].map(({ artifact }) => artifact));
  }

  async #locate(scope: UpstreamScope, name: string) {
    return locate(name, await this.#options.reachedBy(scope));
  }

  /**
   * One download at a time of an address, whatever is asked for there: whoever wants other content than the one who came first waits
   * for what that one finds out.
   */
  async #join(wanted: Wanted): Promise<StoredArtifact | undefined> {
    const { registry, name, file } = wanted;
    const key = JSON.stringify([registry.id, name]);
    for (;;) {
      const flying = this.#flights.get(key);
      if (flying?.file === file) return flying.artifact;
      this.#findings.check(registry, name, wanted.version);
      if (flying === undefined) return this.#fly(key, wanted);
      // Who is not told what is there fares as the other did.
      const isThere = await flying.artifact.then(
        (artifact) => artifact !== undefined,
        (error: unknown) => {
          if (isFault(error) && passesOn.has(error.code)) throw error;
          return true;
        },
      );
      if (!isThere) return undefined;
    }
  }

  #fly(key: string, wanted: Wanted): Promise<StoredArtifact | undefined> {
    const { registry, name, file } = wanted;
    const { turns, catalogue } = this.#options;
    const stores = { ...this.#options, findings: this.#findings };
    const artifact = turns
      .take<{ artifact: StoredArtifact | undefined }>({
        key: `mirror ${key}`,
        look: async () => {
          const found = await catalogue.findArtifact(registry.id, name, file);
          return found && { artifact: found };
        },
        work: async () => ({ artifact: await fetchMirrored(stores, wanted, this.#stop.signal) }),
      })
      .then((done) => done.artifact)
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, { file, artifact });
    return artifact;
  }
}

/** What went wrong with an address, whatever was asked for there. */
const passesOn: ReadonlySet<ErrorCode> = new Set(['upstream_failed', 'upstream_down', 'unavailable']);
