import { isFault, sha256Hex, type Clock } from '../../kernel/index.ts';
import type { AuditQuestion, InstalledVersions, RegistryRow, UpstreamScope } from '../../registry/index.ts';
import type { Failures, Flights, Remote } from '../documents/index.ts';
import { ask } from './asking.ts';
import { isFresh, type AnswerKeeper } from './keeper.ts';
import type { StoredAnswer } from './store.ts';

/** For how long an answer is given without asking again, milliseconds. */
const FRESHNESS = 3_600_000;
/** How long an install waits for an audit of which not all is kept, milliseconds. */
const PATIENCE = 15_000;
/** Versions of one package that one answer is about; those of a lock file are a handful. */
const MOST_VERSIONS = 100;
/** Key of the row that says that an upstream answers no such questions. */
const NONE = 'audit';

/** What an upstream found wrong with some versions of a package. */
interface Finding {
  versions: readonly string[];
  /** JSON list. */
  found: string;
}

export interface AuditsParts {
  keeper: AnswerKeeper;
  failures: Failures;
  /** `none`: the upstream answers no such questions. */
  flights: Flights<Map<string, Finding> | 'none'>;
  clock: Clock;
  /** For the operator's log; a sentence. */
  warn: (message: string) => void;
}

interface Request {
  registry: RegistryRow;
  remote: Remote;
  question: AuditQuestion;
  needed: InstalledVersions;
}

/** Asks one upstream what is wrong with versions, and keeps what it says package by package. */
export class Audits {
  readonly #parts: AuditsParts;

  constructor(parts: AuditsParts) {
    this.#parts = parts;
  }

  /** As `UpstreamAnswers.audit`; undefined if this upstream answers no such questions. */
  async of(
    { registry, policy }: UpstreamScope,
    remote: Remote,
    question: AuditQuestion,
    wanted: InstalledVersions,
  ): Promise<Map<string, string> | undefined> {
    const upstream = remote.client.base.href;
    const keys = [NONE, ...[...wanted.keys()].map(keyOf)];
    const stored = await this.#parts.keeper.get(registry.id, upstream, keys);
    const none = stored.get(NONE);
    if (none && isFresh(none, FRESHNESS, this.#parts.clock())) return undefined;
    const found = new Map<string, string>();
    for (const name of wanted.keys()) {
      const finding = findingOf(stored.get(keyOf(name)));
      if (finding) found.set(name, finding.found);
    }
    const needed = this.#needed(wanted, stored);
    if (needed.size === 0 || policy.offline) return found;
    const news = await this.#news({ registry, remote, question, needed }, found);
    if (news === 'none') return undefined;
    for (const [name, finding] of news ?? []) found.set(name, finding.found);
    return found;
  }

  /** What must be asked, with what is asked again in passing so that an answer takes the place of the one before. */
  #needed(wanted: InstalledVersions, stored: ReadonlyMap<string, StoredAnswer>): Map<string, string[]> {
    const now = this.#parts.clock();
    const needed = new Map<string, string[]>();
    for (const [name, versions] of wanted) {
      const answer = stored.get(keyOf(name));
      const known = answer && isFresh(answer, FRESHNESS, now) ? (findingOf(answer)?.versions ?? []) : [];
      if (versions.every((version) => known.includes(version))) continue;
      needed.set(name, [...new Set([...versions, ...known])].slice(0, MOST_VERSIONS));
    }
    return needed;
  }

  /** Undefined if the upstream cannot be asked, or takes longer than an install should wait. */
  async #news(
    request: Request,
    kept: ReadonlyMap<string, string>,
  ): Promise<Map<string, Finding> | 'none' | undefined> {
    const { registry, remote, needed } = request;
    const { failures, flights, warn } = this.#parts;
    const upstream = remote.client.base.href;
    const key = sha256Hex(JSON.stringify([registry.id, upstream, [...needed]]));
    if (failures.of(key, [upstream])) return undefined;
    const isKept = [...needed.keys()].every((name) => kept.has(name));
    const patience = isKept ? remote.settings.patience : PATIENCE;
    try {
      return await flights.await(key, patience, () => this.#ask(request, key));
    } catch (error) {
      if (!isFault(error)) throw error;
      warn(`An audit of registry ${registry.name} is answered with what is known here: ${error.message}`);
      return undefined;
    }
  }

  async #ask(
    { registry, remote, question, needed }: Request,
    key: string,
  ): Promise<Map<string, Finding> | 'none'> {
    const { keeper, failures, clock } = this.#parts;
    const { client } = remote;
    const base = { registryId: registry.id, upstream: client.base.href };
    try {
      const text = await ask(client, {
        what: 'advisories',
        path: question.path,
        body: question.body(needed),
      });
      failures.forget(key, base.upstream);
      const checkedAt = clock();
      if (text === undefined) {
        await keeper.put([{ ...base, key: NONE, body: null, checkedAt }], checkedAt);
        return 'none';
      }
      const said = question.read(text);
      if (said === undefined) throw client.down('it answered an audit with nonsense');
      const findings = new Map<string, Finding>();
      for (const [name, versions] of needed) findings.set(name, { versions, found: said.get(name) ?? '[]' });
      const rows = Array.from(findings, ([name, finding]) => {
        const body = JSON.stringify(finding);
        return { registryId: base.registryId, upstream: base.upstream, key: keyOf(name), body, checkedAt };
      });
      await keeper.put(rows, checkedAt);
      return findings;
    } catch (error) {
      if (isFault(error)) failures.note(key, base.upstream, error);
      throw error;
    }
  }
}

function keyOf(name: string): string {
  return `audit/${name}`;
}

function findingOf(answer: StoredAnswer | undefined): Finding | undefined {
  return answer?.body ? (JSON.parse(answer.body) as Finding) : undefined;
}
