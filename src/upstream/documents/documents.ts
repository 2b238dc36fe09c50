import { LRUCache } from 'lru-cache';
import { Fault } from '../../kernel/index.ts';
import type { UpstreamScope } from '../../registry/index.ts';
import { Asker, isUpstreamFault, type Asked, type AskerOptions } from './asker.ts';
import { Flights } from './flights.ts';
import { Routes, sourceOf, type RoutesOptions } from './routes.ts';
import { held, keyOf, settingsOf, trustedUntil, type Held, type Want } from './want.ts';

/** Names that are asked for at once; beyond, what is stored is served and the name is asked for when somebody comes again. */
const MOST_FLIGHTS = 2000;
/** Versions of which it is remembered that they were asked for. */
const MOST_WANTED = 10_000;
/** Between two questions for what the document of one name lacks, milliseconds: whoever invents versions is not passed on. */
const PAUSE = 5000;

export type DocumentsOptions = RoutesOptions & AskerOptions;

/**
 * The documents of upstreams. Known and fresh: no request. Stale: one conditional request, however many ask on however many replicas;
 * who could be given the stored copy waits for it no longer than the upstream's `patience`. Down: the stored copy, with a warning.
 */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #routes: Routes;
  readonly #asker: Asker;
  readonly #flights = new Flights<Asked>();
  /** What was asked for because ours lacked it, to the moment of the question. */
  readonly #wanted = new LRUCache<string, number>({ max: MOST_WANTED });
  /** The moment at which a name was last asked for because something was lacking. */
  readonly #rechecked = new LRUCache<string, number>({ max: MOST_WANTED });

  constructor(options: DocumentsOptions) {
    this.#options = options;
    this.#routes = new Routes(options);
    this.#asker = new Asker(options);
  }

  /**
   * The document of a name, undefined if no upstream has one. Faults: `upstream_down` if none could be asked and nothing is stored,
   * `upstream_failed` if it refuses us.
   */
  async read(scope: UpstreamScope, name: string): Promise<Held | undefined> {
    const want = await this.#want(scope, name);
    if (want.remotes.length === 0) return undefined;
    const now = this.#options.clock();
    const until = want.stored && trustedUntil(want, want.stored, now);
    if (want.stored && until !== undefined) return held(want, want.stored, until, null);
    return scope.policy.offline ? offline(want, now) : this.#renew(want, now);
  }

  /**
   * The document after the upstream was asked whether it has something that ours lacks: a version, a file. Undefined if that was asked
   * just now, the name was asked for like this a few seconds ago, or it brought nothing new. Faults as `read`: what an upstream that is down may have cannot be said not to be there.
   */
  async recheck(scope: UpstreamScope, before: Held, wanted: string): Promise<Held | undefined> {
    if (before.isAsked || scope.policy.offline) return undefined;
    const want = await this.#want(scope, before.head.name);
    if (want.stored === undefined || want.remotes.length === 0) return undefined;
    const [key, now] = [keyOf(want), this.#options.clock()];
    const question = `${key} ${wanted}`;
    const { missingFreshness } = settingsOf(want);
    const isUnknown = isOver(this.#wanted.get(question), missingFreshness, now);
    const failure = isUnknown ? this.#asker.failureOf(want) : undefined;
    if (failure) throw failure.fault;
    const isNew = isUnknown && isOver(this.#rechecked.get(key), Math.min(PAUSE, missingFreshness), now);
    if (isNew) {
      this.#wanted.set(question, now);
      this.#rechecked.set(key, now);
    }
    // Who asks for the same while the answer is on its way waits for it too.
    const isUnderWay = isNew || this.#flights.has(key);
    const asked = isUnderWay
      ? await this.#flights
          .join(key, () => this.#asker.ask(want))
          .catch((error: unknown) => {
            // What could not be asked is asked again.
            this.#wanted.delete(question);
            this.#rechecked.delete(key);
            throw error;
          })
      : { head: want.stored, content: undefined };
    return asked.head.etag === before.head.etag ? undefined : this.#fresh(want, asked);
  }

  /** Its bytes: what stands there now. Fault `package_not_found` if it is gone. */
  async body({ head, content }: Held): Promise<Uint8Array> {
    const { documents } = this.#options;
    return content?.body ?? (await documents.body(head.registryId, head.name)) ?? gone(head.name);
  }

  /** The index of its files, likewise. */
  async index({ head, content }: Held): Promise<Uint8Array> {
    const { documents } = this.#options;
    return content?.index ?? (await documents.index(head.registryId, head.name)) ?? gone(head.name);
  }

  /** Reads what `read` reads here, and asks nobody. */
  async glance(scope: UpstreamScope, name: string): Promise<boolean> {
    return (await this.#want(scope, name)).stored?.status === 'found';
  }

  /** See `Upstream.mayHave`. */
  async mayHave(scope: UpstreamScope, name: string, upstream: string): Promise<boolean> {
    const remotes = await this.#routes.of(scope, name);
    return remotes.length === 0 || remotes.some(({ client }) => client.base.href === upstream);
  }

  async #want(scope: UpstreamScope, name: string): Promise<Want> {
    const head = await this.#options.documents.find(scope.registry.id, name);
    const remotes = await this.#routes.of(scope, name);
    return { scope, name, remotes, stored: head && sourceOf(head, remotes) && head };
  }

  async #renew(want: Want, now: number): Promise<Held | undefined> {
    const { stored } = want;
    const key = keyOf(want);
    const ask = () => this.#asker.ask(want);
    if (stored?.status !== 'found') return this.#fresh(want, await this.#flights.join(key, ask));
    const failure = this.#asker.failureOf(want);
    if (failure) return held(want, stored, failure.until, 'failed');
    if (this.#flights.count >= MOST_FLIGHTS && !this.#flights.has(key)) {
      return held(want, stored, now, 'stale');
    }
    try {
      const asked = await this.#flights.await(key, settingsOf(want).patience, ask);
      return asked ? this.#fresh(want, asked) : held(want, stored, now, 'stale');
    } catch (error) {
      if (!isUpstreamFault(error)) throw error;
      return held(want, stored, this.#asker.failureOf(want)?.until ?? now, 'failed');
    }
  }

  #fresh(want: Want, { head, content }: Asked): Held | undefined {
    const now = this.#options.clock();
    const answer = held(want, head, trustedUntil(want, head, now) ?? now, null);
    return answer && { ...answer, isAsked: true, content };
  }
}

/** True also when a clock was set back. */
function isOver(since: number | undefined, span: number, now: number): boolean {
  return since === undefined || now < since || now >= since + span;
}

/** What is stored, however old it is. */
function offline(want: Want, now: number): Held | undefined {
  const { scope, name, stored } = want;
  if (stored === undefined) {
    const sentence = `The registry ${scope.registry.name} is offline (its setting "offline"), and ${name} is not stored here.`;
    throw new Fault('upstream_down', sentence);
  }
  return held(want, stored, now + settingsOf(want).freshness, 'offline');
}

function gone(name: string): never {
  throw new Fault('package_not_found', `The upstream has taken ${name} back just now.`);
}
