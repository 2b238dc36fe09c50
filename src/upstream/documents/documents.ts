import { LRUCache } from 'lru-cache';
import { Fault, isFault, type Clock } from '../../kernel/index.ts';
import type { IngestedDocument, UpstreamScope, UpstreamWarning } from '../../registry/index.ts';
import type { Turns } from '../lease.ts';
import { Failures } from './failures.ts';
import { fetchDocument } from './fetch.ts';
import { Flights } from './flights.ts';
import { freshUntil } from './freshness.ts';
import { allOf, Routes, sourceOf, type Remote, type RoutesOptions } from './routes.ts';
import type { DocumentHead, NewDocument, UpstreamDocuments } from './store.ts';

/** Names that are asked for at once; beyond, what is stored is served and the name is asked for when somebody comes again. */
const MOST_FLIGHTS = 2000;
/** Versions of which it is remembered that they were asked for in vain. */
const MOST_WANTED = 10_000;

export interface DocumentsOptions extends RoutesOptions {
  documents: UpstreamDocuments;
  turns: Turns;
  clock: Clock;
}

/** A document that an upstream has, and how far it can be trusted. */
export interface Held {
  head: DocumentHead;
  /** Whom it is from. */
  remote: Remote;
  /** Until when asking again gives the same answer without a request upstream, milliseconds. */
  freshUntil: number;
  warning: UpstreamWarning | null;
  /** True if the upstream was asked just now, and has nothing newer. */
  isAsked: boolean;
  /** Its bytes, if they came just now. */
  content: IngestedDocument | undefined;
}

/** What came of asking. */
interface Asked {
  head: DocumentHead;
  content: IngestedDocument | undefined;
}

/** A request for one name, with what decides on its answer. */
interface Want {
  scope: UpstreamScope;
  name: string;
  remotes: Remote[];
  /** What is stored, if it is from an upstream that is still in question. */
  stored: DocumentHead | undefined;
}

/**
 * The documents of upstreams. Known and fresh: no request. Stale: one conditional request, however many ask on however many replicas;
 * who could be given the stored copy waits for it no longer than the upstream's `patience`. Down: the stored copy, with a warning.
 */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #routes: Routes;
  readonly #flights = new Flights<Asked>();
  readonly #failures: Failures;
  /** What was asked for in vain, to the moment from which it may be asked for again. */
  readonly #wanted = new LRUCache<string, { until: number; answer: Promise<Asked> }>({ max: MOST_WANTED });

  constructor(options: DocumentsOptions) {
    this.#options = options;
    this.#routes = new Routes(options);
    this.#failures = new Failures(options.clock);
  }

  /**
   * The document of a name, undefined if no upstream has one. Faults: `upstream_down` if none could be asked and nothing is stored,
   * `upstream_failed` if it refuses us.
   */
  async read(scope: UpstreamScope, name: string): Promise<Held | undefined> {
    const want = await this.#want(scope, name);
    const { stored, remotes } = want;
    if (remotes.length === 0) return undefined;
    const now = this.#options.clock();
    const until = stored && this.#freshUntil(want, stored, now);
    if (stored && until !== undefined) return held(want, stored, until, null);
    if (scope.policy.offline) return this.#offline(want, now);
    return this.#renew(want, now);
  }

  /**
   * The document after the upstream was asked whether it has something that ours lacks: a version, a file. Undefined if that was asked
   * just now, or brought nothing new. Faults as `read`: what an upstream that is down may have cannot be said not to be there.
   */
  async recheck(scope: UpstreamScope, before: Held, wanted: string): Promise<Held | undefined> {
    if (before.isAsked) return undefined;
    const want = await this.#want(scope, before.head.name);
    const { stored, remotes } = want;
    if (stored === undefined || remotes.length === 0 || scope.policy.offline) return undefined;
    const key = `${this.#keyOf(want)} ${wanted}`;
    const now = this.#options.clock();
    let question = this.#wanted.get(key);
    if (question === undefined || now >= question.until) {
      const failure = this.#failureOf(want);
      if (failure) throw failure.fault;
      const { missingFreshness } = this.#settingsOf(want);
      question = {
        until: now + missingFreshness,
        answer: this.#flights.join(this.#keyOf(want), () => this.#ask(want)),
      };
      this.#wanted.set(key, question);
      // Who could not be asked is asked again.
      question.answer.catch(() => this.#wanted.delete(key));
    }
    const asked = await question.answer;
    const isNews = asked.head.status === 'found' && asked.head.etag !== before.head.etag;
    return isNews ? this.#fresh(want, asked) : undefined;
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

  async #want(scope: UpstreamScope, name: string): Promise<Want> {
    const head = await this.#options.documents.find(scope.registry.id, name);
    const remotes = await this.#routes.of(scope, name);
    return { scope, name, remotes, stored: head && sourceOf(head, remotes) && head };
  }

  #offline(want: Want, now: number): Held | undefined {
    const { scope, name, stored } = want;
    if (stored === undefined) {
      const sentence = `The registry ${scope.registry.name} is offline (its setting "offline"), and ${name} is not stored here.`;
      throw new Fault('upstream_down', sentence);
    }
    return held(want, stored, now + this.#settingsOf(want).freshness, 'offline');
  }

  async #renew(want: Want, now: number): Promise<Held | undefined> {
    const { stored } = want;
    const key = this.#keyOf(want);
    const ask = () => this.#ask(want);
    if (stored?.status !== 'found') return this.#fresh(want, await this.#flights.join(key, ask));
    const failure = this.#failureOf(want);
    if (failure) return held(want, stored, failure.until, 'failed');
    if (this.#flights.count >= MOST_FLIGHTS && !this.#flights.has(key)) {
      return held(want, stored, now, 'stale');
    }
    try {
      const asked = await this.#flights.await(key, this.#settingsOf(want).patience, ask);
      return asked ? this.#fresh(want, asked) : held(want, stored, now, 'stale');
    } catch (error) {
      if (!isUpstreamFault(error)) throw error;
      return held(want, stored, this.#failureOf(want)?.until ?? now, 'failed');
    }
  }

  /** One of all replicas asks, and stores what it hears. */
  #ask(want: Want): Promise<Asked> {
    const { scope, name, stored } = want;
    const { registry } = scope;
    return this.#options.turns.take({
      key: `upstream document ${registry.id} ${name}`,
      look: async () => {
        const head = await this.#options.documents.find(registry.id, name);
        if (!head || head.checkedAt === stored?.checkedAt) return undefined;
        const until = sourceOf(head, want.remotes) && this.#freshUntil(want, head, this.#options.clock());
        return until === undefined ? undefined : { head, content: undefined };
      },
      work: () => this.#fetch(want),
    });
  }

  async #fetch({ scope, name, remotes, stored }: Want): Promise<Asked> {
    const { documents, clock } = this.#options;
    const registryId = scope.registry.id;
    const key = this.#keyOf({ scope, name, remotes, stored });
    const now = clock();
    for (const remote of remotes) {
      const upstream = remote.client.base.href;
      const ours = stored && sourceOf(stored, remotes) === remote ? stored : undefined;
      const answer = await fetchDocument(remote, { registryId, name, stored: ours, now }).catch(
        (error: unknown) => {
          if (isUpstreamFault(error)) this.#noteFailure(key, upstream, error, { scope, name, stored });
          throw error;
        },
      );
      this.#failures.forget(key, upstream);
      // Only who says that it does not have it makes us ask the next: one that is down may have it.
      if (answer === 'missing') continue;
      if (answer !== 'unchanged') {
        await documents.put(answer);
        return { head: answer, content: contentOf(answer) };
      }
      if (ours === undefined) throw new Error(`${name} cannot be unchanged: it was not here`);
      await documents.touch(registryId, name, ours.etag, now);
      return { head: { ...ours, checkedAt: now }, content: undefined };
    }
    const missing = missingFrom(remotes, registryId, name, now);
    await documents.put(missing);
    return { head: missing, content: undefined };
  }

  #noteFailure(
    key: string,
    upstream: string,
    fault: Fault,
    { scope, name, stored }: Pick<Want, 'scope' | 'name' | 'stored'>,
  ): void {
    this.#failures.note(key, upstream, fault);
    if (stored?.status !== 'found') return;
    this.#options.warn(`Serving the stored ${name} of registry ${scope.registry.name}: ${fault.message}`);
  }

  #failureOf(want: Want): ReturnType<Failures['of']> {
    const { stored, remotes } = want;
    const asked = [remotes[0], stored && sourceOf(stored, remotes)];
    return this.#failures.of(
      this.#keyOf(want),
      asked.flatMap((remote) => remote?.client.base.href ?? []),
    );
  }

  #fresh(want: Want, { head, content }: Asked): Held | undefined {
    const now = this.#options.clock();
    const answer = held(want, head, this.#freshUntil(want, head, now) ?? now, null);
    return answer && { ...answer, isAsked: true, content };
  }

  #freshUntil({ remotes }: Want, head: DocumentHead, now: number): number | undefined {
    const source = sourceOf(head, remotes);
    return source && freshUntil(head, source.settings, now);
  }

  #settingsOf({ remotes, stored }: Want): Remote['settings'] {
    const source = (stored && sourceOf(stored, remotes)) ?? remotes[0];
    if (source === undefined) throw new Error('no upstream is in question');
    return source.settings;
  }

  /** What is asked of other upstreams is another question. No part but the last can hold a blank. */
  #keyOf({ scope, name, remotes }: Want): string {
    return `${scope.registry.id} ${name} ${allOf(remotes)}`;
  }
}

function held(
  { remotes }: Want,
  head: DocumentHead,
  until: number,
  warning: UpstreamWarning | null,
): Held | undefined {
  const remote = sourceOf(head, remotes);
  if (head.status === 'missing' || remote === undefined) return undefined;
  return { head, remote, freshUntil: until, warning, isAsked: false, content: undefined };
}

function contentOf({ body, index }: NewDocument): IngestedDocument | undefined {
  return body && index ? { body, index } : undefined;
}

function missingFrom(remotes: Remote[], registryId: number, name: string, now: number): NewDocument {
  return {
    registryId,
    name,
    upstream: allOf(remotes),
    status: 'missing',
    upstreamEtag: null,
    lastModified: null,
    checkedAt: now,
    fetchedAt: now,
    etag: '',
    body: null,
    index: null,
    versions: [],
  };
}

function isUpstreamFault(error: unknown): error is Fault {
  return isFault(error, 'upstream_down') || isFault(error, 'upstream_failed');
}

function gone(name: string): never {
  throw new Fault('package_not_found', `The upstream has taken ${name} back just now.`);
}
