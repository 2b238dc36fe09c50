import { isFault, type Clock, type Fault } from '../../kernel/index.ts';
import type {
  AuditQuestion,
  InstalledVersions,
  UpstreamAnswers,
  UpstreamQuestion,
  UpstreamScope,
} from '../../registry/index.ts';
import { Failures, Flights, Routes, type Remote, type RoutesOptions } from '../documents/index.ts';
import { ask } from './asking.ts';
import { Audits } from './audits.ts';
import { AnswerKeeper, isFresh } from './keeper.ts';
import type { AnswerStore, StoredAnswer } from './store.ts';

export interface AnswersOptions extends RoutesOptions {
  answers: AnswerStore;
  clock: Clock;
}

/** Keeps in the database what upstreams say besides documents and files, so that every replica asks them once in a while only. */
export class Answers implements UpstreamAnswers {
  readonly #options: AnswersOptions;
  readonly #routes: Routes;
  readonly #keeper: AnswerKeeper;
  readonly #failures: Failures;
  readonly #flights = new Flights<StoredAnswer>();
  readonly #audits: Audits;

  constructor(options: AnswersOptions) {
    const { answers, clock, warn } = options;
    this.#options = options;
    this.#routes = new Routes(options);
    this.#keeper = new AnswerKeeper(answers);
    this.#failures = new Failures(clock);
    this.#audits = new Audits({
      keeper: this.#keeper,
      failures: this.#failures,
      flights: new Flights(),
      clock,
      warn,
    });
  }

  async about(scope: UpstreamScope, name: string, question: UpstreamQuestion): Promise<string | undefined> {
    const remote = await this.#remoteOf(scope, name);
    return remote && ((await this.#say(scope, remote, question)).body ?? undefined);
  }

  async glance(scope: UpstreamScope, name: string, question: UpstreamQuestion): Promise<void> {
    const remote = await this.#remoteOf(scope, name);
    if (remote) await this.#keeper.get(scope.registry.id, remote.client.base.href, [question.key]);
  }

  async each(scope: UpstreamScope, question: UpstreamQuestion): Promise<string[]> {
    const remotes = await this.#routes.all(scope);
    const said = await Promise.all(
      remotes.map((remote) =>
        this.#say(scope, remote, question).catch((error: unknown) => {
          if (!isFault(error)) throw error;
          this.#options.warn(
            `Nothing is known of an upstream of registry ${scope.registry.name}: ${error.message}`,
          );
          return undefined;
        }),
      ),
    );
    return said.flatMap((answer) => answer?.body ?? []);
  }

  async audit(
    scope: UpstreamScope,
    question: AuditQuestion,
    wanted: InstalledVersions,
  ): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const sources = await this.#keeper.sources(scope.registry.id, [...wanted.keys()]);
    const candidates = new Map<string, Remote[]>();
    for (const name of wanted.keys()) {
      const remotes = await this.#routes.of(scope, name);
      const own = remotes.find(({ client }) => client.base.href === sources.get(name));
      candidates.set(name, own ? [own, ...remotes.filter((remote) => remote !== own)] : remotes);
    }
    // One that answers no such questions leaves its names to the next.
    for (let open = [...candidates.keys()]; open.length > 0;) {
      const next: string[] = [];
      const byRemote = Map.groupBy(open, (name) => candidates.get(name)?.shift());
      for (const [remote, names] of byRemote) {
        if (remote === undefined) continue;
        const part = new Map(names.map((name) => [name, wanted.get(name) ?? []]));
        const said = await this.#audits.of(scope, remote, question, part);
        if (said === undefined) next.push(...names);
        for (const [name, text] of said ?? []) found.set(name, text);
      }
      open = next;
    }
    return found;
  }

  /** The upstream that the name's document is from, or else the first that is in question. */
  async #remoteOf(scope: UpstreamScope, name: string): Promise<Remote | undefined> {
    const remotes = await this.#routes.of(scope, name);
    const source = (await this.#keeper.sources(scope.registry.id, [name])).get(name);
    return remotes.find(({ client }) => client.base.href === source) ?? remotes[0];
  }

  /** What one upstream says, or has said. */
  async #say(scope: UpstreamScope, remote: Remote, question: UpstreamQuestion): Promise<StoredAnswer> {
    const { registry, policy } = scope;
    const upstream = remote.client.base.href;
    const [kept] = (await this.#keeper.get(registry.id, upstream, [question.key])).values();
    const freshness = kept?.body === null ? question.missingFreshness : question.freshness;
    if (kept && isFresh(kept, freshness, this.#options.clock())) return kept;
    const key = JSON.stringify([registry.id, upstream, question.key]);
    const failure = policy.offline ? offline(remote) : this.#failures.of(key, [upstream])?.fault;
    if (failure) {
      if (kept) return kept;
      throw failure;
    }
    const asking = () => this.#ask(registry.id, remote, question, key);
    if (kept === undefined) return this.#flights.join(key, asking);
    return this.#flights.await(key, remote.settings.patience, asking).then(
      (answer) => answer ?? kept,
      (error: unknown) => {
        if (isFault(error)) return kept;
        throw error;
      },
    );
  }

  async #ask(
    registryId: number,
    { client }: Remote,
    { key: name, path, query, read }: UpstreamQuestion,
    key: string,
  ): Promise<StoredAnswer> {
    const upstream = client.base.href;
    try {
      const text = await ask(client, { what: name, path, query });
      const body = text === undefined ? null : read(text);
      if (body === undefined) throw client.down(`its answer to ${name} is nonsense`);
      this.#failures.forget(key, upstream);
      const now = this.#options.clock();
      const answer = { registryId, upstream, key: name, body, checkedAt: now };
      await this.#keeper.put([answer], now);
      return answer;
    } catch (error) {
      if (isFault(error)) this.#failures.note(key, upstream, error);
      throw error;
    }
  }
}

function offline({ client }: Remote): Fault {
  return client.down('its registry is set to ask nobody (offline), and nothing is kept');
}
