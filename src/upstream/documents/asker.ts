import { isFault, type Clock, type Fault } from '../../kernel/index.ts';
import type { IngestedDocument } from '../../registry/index.ts';
import type { Turns } from '../lease.ts';
import { Failures, type Failure } from './failures.ts';
import { fetchDocument, type Answer } from './fetch.ts';
import { allOf, sourceOf, type Remote } from './routes.ts';
import type { DocumentHead, NewDocument, UpstreamDocuments } from './store.ts';
import { keyOf, trustedUntil, type Want } from './want.ts';

export interface AskerOptions {
  documents: UpstreamDocuments;
  turns: Turns;
  clock: Clock;
  /** For the operator's log; a sentence. */
  warn: (message: string) => void;
}

/** What came of asking: found, or missing. */
export interface Asked {
  head: DocumentHead;
  /** The bytes, if they came just now. */
  content: IngestedDocument | undefined;
}

/** Asks the upstreams that are in question for a name, one of all replicas at a time, and stores what they say. */
export class Asker {
  readonly #options: AskerOptions;
  readonly #failures: Failures;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#failures = new Failures(options.clock);
  }

  /** Faults `upstream_down` and `upstream_failed`, which are remembered for a while. */
  ask(want: Want): Promise<Asked> {
    const { registry } = want.scope;
    return this.#options.turns.take({
      key: `upstream document ${registry.id} ${want.name}`,
      look: async () => {
        const head = await this.#options.documents.find(registry.id, want.name);
        if (!head || head.checkedAt === want.stored?.checkedAt) return undefined;
        const isFresh = trustedUntil(want, head, this.#options.clock()) !== undefined;
        return isFresh ? { head, content: undefined } : undefined;
      },
      work: () => this.#work(want),
    });
  }

  /** Why the name was not to be had just now, or its upstreams were not. */
  failureOf(want: Want): Failure | undefined {
    const { stored, remotes } = want;
    const asked = [remotes[0], stored && sourceOf(stored, remotes)];
    const upstreams = asked.flatMap((remote) => remote?.client.base.href ?? []);
    return this.#failures.of(keyOf(want), upstreams);
  }

  async #work(want: Want): Promise<Asked> {
    const { scope, name, remotes, stored } = want;
    const { documents, clock } = this.#options;
    const registryId = scope.registry.id;
    const now = clock();
    for (const remote of remotes) {
      const ours = stored && sourceOf(stored, remotes) === remote ? stored : undefined;
      const answer = await this.#fetch(want, remote, ours, now);
      // Only who says that it does not have it makes us ask the next: one that is down may have it.
      if (answer === 'missing') continue;
      if (answer !== 'unchanged') {
        const { body, index, versions: _, ...head } = answer;
        await documents.put(answer);
        return { head, content: body && index ? { body, index } : undefined };
      }
      if (ours === undefined) throw new Error(`${name} cannot be unchanged: it was not here`);
      await documents.touch(registryId, name, ours.etag, now);
      return { head: { ...ours, checkedAt: now }, content: undefined };
    }
    const missing = missingFrom(want, now);
    await documents.put(missing);
    return { head: missing, content: undefined };
  }

  async #fetch(want: Want, remote: Remote, stored: DocumentHead | undefined, now: number): Promise<Answer> {
    const { scope, name } = want;
    const key = keyOf(want);
    const upstream = remote.client.base.href;
    try {
      const answer = await fetchDocument(remote, { registryId: scope.registry.id, name, stored, now });
      this.#failures.forget(key, upstream);
      return answer;
    } catch (error) {
      if (!isUpstreamFault(error)) throw error;
      this.#failures.note(key, upstream, error);
      if (want.stored?.status === 'found') {
        this.#options.warn(`Serving the stored ${name} of registry ${scope.registry.name}: ${error.message}`);
      }
      throw error;
    }
  }
}

/** True for what an upstream is to blame for, and not our store. */
export function isUpstreamFault(error: unknown): error is Fault {
  return isFault(error, 'upstream_down') || isFault(error, 'upstream_failed');
}

function missingFrom({ scope, name, remotes }: Want, now: number): NewDocument {
  return {
    registryId: scope.registry.id,
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
