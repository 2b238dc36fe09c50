import { inQuestion } from '../../policy/index.ts';
import type { RemoteFormat, UpstreamScope, UpstreamSettings } from '../../registry/index.ts';
import type { UpstreamClient } from '../client.ts';
import { isOwnUrl } from '../self.ts';
import type { DocumentHead } from './store.ts';

/** An upstream with what its documents mean. */
export interface Remote {
  settings: UpstreamSettings;
  client: UpstreamClient;
  format: RemoteFormat;
}

export interface RoutesOptions {
  /** The upstreams that the policy names, in its order; ours are among them. */
  remotesOf: (scope: UpstreamScope) => Promise<Remote[]>;
  /** Base URLs at which this server is reached. */
  ownUrls: () => string[];
  /** For the operator's log; a sentence. */
  warn: (message: string) => void;
}

/** Combinations of a registry, an upstream and our own addresses that are remembered. */
const MOST_KNOWN = 1000;

/** Says which upstreams may have a name. */
export class Routes {
  readonly #options: RoutesOptions;
  /** By where we are reached and whom we would ask: every read asks, and reading URLs takes longer than the database does. */
  readonly #ours = new Map<string, boolean>();

  constructor(options: RoutesOptions) {
    this.#options = options;
  }

  /** The upstreams to ask for a name, in order: see `inQuestion`. */
  async of(scope: UpstreamScope, name: string): Promise<Remote[]> {
    const remotes = await this.#options.remotesOf(scope);
    const { asked } = inQuestion(name, remotes, ({ settings }) => settings.names);
    return asked.filter(({ client }) => !this.#isOurs(client.base, scope));
  }

  /** Every upstream of the registry. */
  async all(scope: UpstreamScope): Promise<Remote[]> {
    const remotes = await this.#options.remotesOf(scope);
    return remotes.filter(({ client }) => !this.#isOurs(client.base, scope));
  }

  #isOurs(base: URL, { registry }: UpstreamScope): boolean {
    const ownUrls = this.#options.ownUrls();
    const key = `${registry.name} ${base.href} ${ownUrls.join(' ')}`;
    let isOurs = this.#ours.get(key);
    if (isOurs === undefined) {
      isOurs = isOwnUrl(base, ownUrls);
      if (this.#ours.size >= MOST_KNOWN) this.#ours.clear();
      this.#ours.set(key, isOurs);
      if (isOurs) {
        this.#options.warn(
          `The upstream ${base.host} of registry ${registry.name} is this server itself, so it is not asked. Name another registry, or none.`,
        );
      }
    }
    return isOurs;
  }
}

/** What a document remembers of the upstreams that said that there is none. */
export function allOf(remotes: Remote[]): string {
  return remotes.map(({ client }) => client.base.href).join(' ');
}

/** The upstream that a stored document is from, if it is still in question; for a missing one the first of those that said so. */
export function sourceOf(head: DocumentHead, remotes: Remote[]): Remote | undefined {
  const [first] = remotes;
  if (head.upstream === null) return first;
  if (head.status === 'missing') return head.upstream === allOf(remotes) ? first : undefined;
  return remotes.find(({ client }) => client.base.href === head.upstream);
}
