import type { Principal } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { askerOf, inQuestion } from '../policy/index.ts';
import type { Claims, Cover } from './claims.ts';
import { Judge, isSeen } from './judge.ts';
import type { NameFacts, Origins, Policies, RegistryPolicy, RegistryRow, Rights } from './ports/index.ts';

/** What is known of an upstream's answer about a name. */
interface StoredAnswer {
  status: 'found' | 'missing';
  /** Base URL of the upstream that said it. */
  upstream: string | null;
  fetchedAt: number;
  checkedAt: number;
}

export interface ExplainerParts {
  origins: Pick<Origins, 'facts'>;
  policies: Policies;
  claims: Claims;
  rights: Rights;
  documents: { find(registryId: number, name: string): Promise<StoredAnswer | undefined> };
  clock: Clock;
}

/** Whose a name is, and why. Times are milliseconds. */
export interface Explanation {
  registry: string;
  name: string;
  /**
   * `ours`: something was published here; `claimed`: an administrator said that it is; `upstream`: a file of it was served here;
   * `free`: none of these yet.
   */
  origin: 'ours' | 'claimed' | 'upstream' | 'free';
  since: number | null;
  /** Who published it here first. */
  by: string | null;
  /** How many versions are stored here. */
  versions: number;
  /** For administrators; null to others. */
  details: ExplanationDetails | null;
}

export interface ExplanationDetails {
  claim: {
    pattern: string;
    from: 'settings' | 'claim';
    by: string | null;
    at: number | null;
    reason: string | null;
  } | null;
  offline: boolean;
  /** Whom the next read would ask, in order, and the pattern that makes one of them the only one. */
  asks: { name: string; url: string; pattern: string | null }[];
  /** What is stored of an upstream's document, and until when it is given without asking; null if that is over. */
  document: (StoredAnswer & { freshUntil: number | null }) | null;
}

/** Tells people where a name leads. A package that they may not see is to them a name that is free. */
export class Explainer {
  readonly #parts: ExplainerParts;
  readonly #judge: Judge;

  constructor(parts: ExplainerParts) {
    this.#parts = parts;
    this.#judge = new Judge(parts.rights, parts.clock);
  }

  /** Fault `registry_not_found` for a registry that they may not see. */
  async explain(registry: RegistryRow, name: string, principal: Principal): Promise<Explanation> {
    const { sight, reader } = await this.#judge.read(registry, name, principal);
    const { administrator } = askerOf(reader);
    const isTold = administrator || isSeen(sight, reader);
    const facts = isTold ? await this.#parts.origins.facts(registry.id, name) : undefined;
    return this.#told(registry, name, { facts, revision: sight.policyRevision, administrator });
  }

  /** For the operator at the machine itself. */
  async explainAll(registry: RegistryRow, name: string): Promise<Explanation> {
    const sight = await this.#parts.rights.of(registry.id, name, null);
    const facts = await this.#parts.origins.facts(registry.id, name);
    return this.#told(registry, name, { facts, revision: sight?.policyRevision ?? 0, administrator: true });
  }

  async #told(
    registry: RegistryRow,
    name: string,
    {
      facts,
      revision,
      administrator,
    }: { facts: NameFacts | undefined; revision: number; administrator: boolean },
  ): Promise<Explanation> {
    const { claims, policies } = this.#parts;
    const cover = await claims.on(registry, name, revision);
    const origin = originOf(facts, cover);
    const policy = await policies.of(registry, revision);
    return {
      registry: registry.name,
      name,
      origin,
      since: origin === 'claimed' ? (cover?.claim?.at ?? null) : (facts?.since ?? null),
      by: facts?.firstPublisher ?? null,
      // What an upstream has under a name that is claimed shows to nobody else.
      versions: origin === 'claimed' && !administrator ? 0 : (facts?.versions ?? 0),
      details: administrator ? await this.#details(registry, name, { origin, cover, policy }) : null,
    };
  }

  async #details(
    registry: RegistryRow,
    name: string,
    {
      origin,
      cover,
      policy,
    }: { origin: Explanation['origin']; cover: Cover | undefined; policy: RegistryPolicy },
  ): Promise<ExplanationDetails> {
    const isElsewhere = origin === 'upstream' || origin === 'free';
    const { asked, pattern } = inQuestion(name, policy.upstreams, ({ names }) => names);
    const stored = isElsewhere ? await this.#parts.documents.find(registry.id, name) : undefined;
    return {
      claim: cover ? claimOf(cover) : null,
      offline: policy.offline,
      asks: isElsewhere ? asked.map((each) => ({ name: each.name, url: each.url, pattern })) : [],
      document: stored ? this.#documentOf(stored, asked) : null,
    };
  }

  #documentOf(
    { status, upstream, fetchedAt, checkedAt }: StoredAnswer,
    asked: RegistryPolicy['upstreams'],
  ): ExplanationDetails['document'] {
    // The address of one that npm's own configuration names is not known here.
    const source = asked.find(({ url }) => url === upstream) ?? asked[0];
    const life = status === 'found' ? source?.freshness : source?.missingFreshness;
    const until = life === undefined ? null : checkedAt + life;
    const freshUntil = until !== null && until > this.#parts.clock() ? until : null;
    return { status, upstream, fetchedAt, checkedAt, freshUntil };
  }
}

function originOf(facts: NameFacts | undefined, cover: Cover | undefined): Explanation['origin'] {
  if (facts?.origin === 'local' && !facts.awaits) return 'ours';
  if (cover) return 'claimed';
  return facts === undefined ? 'free' : 'upstream';
}

function claimOf({ pattern, claim }: Cover): ExplanationDetails['claim'] {
  if (claim === null) return { pattern, from: 'settings', by: null, at: null, reason: null };
  const { by, at, reason } = claim;
  return { pattern, from: 'claim', by: by.name ?? by.via, at, reason };
}
