import type { Principal } from '../accounts/index.ts';
import { openRules, type GateRules, type JudgedVersion } from '../policy/index.ts';
import type { Claims } from './claims.ts';
import { assertNotBlocked, type Gate, type NameRules } from './gate/index.ts';
import type { DocumentSource } from './document-source.ts';
import { findHead } from './find-head.ts';
import { hiddenRegistry, isNoSecret, mayEnter } from './hidden.ts';
import { judgeAgain } from './judge-again.ts';
import { remains } from './remains.ts';
import type {
  ArtifactTransfer,
  Catalogue,
  PackageRow,
  OpenRevision,
  Policies,
  RegistryRow,
  Rights,
  StoredArtifact,
  Upstream,
  UpstreamScope,
} from './ports/index.ts';
import { watchDocument, watchPackage } from './watch.ts';

/**
 * The one way to what is stored, here or behind an upstream. A name that is owned or claimed here is never asked for elsewhere, not
 * even when its package was unpublished or may not be seen.
 */
export class Reader {
  readonly #catalogue: Catalogue;
  readonly #rights: Rights;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #policies: Policies;
  readonly #claims: Claims;
  readonly #gate: Gate;

  /** @param upstreams by format; a format without one has only what was published here. */
  constructor(
    catalogue: Catalogue,
    rights: Rights,
    upstreams: ReadonlyMap<string, Upstream>,
    policies: Policies,
    claims: Claims,
    gate: Gate,
  ) {
    this.#gate = gate;
    this.#catalogue = catalogue;
    this.#policies = policies;
    this.#claims = claims;
    this.#rights = rights;
    this.#upstreams = upstreams;
  }

  /** Fault `version_hidden` if nothing of the name may go out. */
  async document(
    registry: RegistryRow,
    name: string,
    principal: Principal,
  ): Promise<DocumentSource | undefined> {
    const { rules, source } = await this.look(registry, name, principal);
    assertNotBlocked(name, rules);
    return source;
  }

  /**
   * As `document`, for those who ask why: a name of which nothing may go out is no fault, but nothing is looked up either.
   *
   * @param who `operator`: whoever may open the store, from whom nothing is hidden
   */
  async look(
    registry: RegistryRow,
    name: string,
    who: Principal | 'operator',
  ): Promise<{ rules: NameRules; source: DocumentSource | undefined }> {
    const { head, policyRevision } = await findHead(this.#rights, registry, name, who);
    const rules = await this.#gate.rules(registry, name, policyRevision);
    const found = (source?: DocumentSource) => ({ rules, source });
    if (rules.whole) return found();
    if (head !== 'hidden' && head?.origin === 'local') {
      return found({ origin: 'local', head, policyRevision, rules: rules.local });
    }
    const upstream = this.#upstreams.get(registry.format);
    if (upstream === undefined || (await this.#claims.on(registry, name, policyRevision))) return found();
    const scope = await this.#scope(registry, policyRevision);
    if (head === 'hidden') {
      await upstream.glance(scope, name);
      return found();
    }
    const keeps = scope.policy.vanished === 'keep' && head !== undefined;
    const document =
      (await upstream.document(scope, name)) ?? (keeps ? await remains(this.#catalogue, head) : undefined);
    if (document === undefined) return found();
    return found({ origin: 'upstream', document, head, keeps, policyRevision, rules: rules.upstream });
  }

  /**
   * As `document`, of a package that is owned here and with everything that the gate hides: for its maintainers, whose clients send
   * back what is to stay. The caller has asked whether they may change it.
   */
  async documentToChange(
    registry: RegistryRow,
    name: string,
    principal: Principal,
  ): Promise<DocumentSource | undefined> {
    const { head, policyRevision } = await findHead(this.#rights, registry, name, principal);
    if (head === 'hidden' || head?.origin !== 'local') return undefined;
    return { origin: 'local', head, policyRevision, rules: openRules };
  }

  /** What the gate says on each of these names, for lists. */
  async rulesOf(registry: RegistryRow, names: string[]): Promise<Map<string, NameRules>> {
    const sight = await this.#rights.of(registry.id, '', null);
    return this.#gate.rulesOf(registry, names, sight?.policyRevision ?? 0);
  }

  /** Fault `version_hidden` if the rules of a document hide the version now. */
  admit(registry: RegistryRow, name: string, rules: GateRules, version: JudgedVersion): void {
    this.#gate.admit(registry, name, rules, version);
  }

  /** The head of a package that is owned here and may be seen. */
  async owned(registry: RegistryRow, name: string, principal: Principal): Promise<PackageRow | undefined> {
    const head = await this.known(registry, name, principal);
    return head?.origin === 'local' ? head : undefined;
  }

  /**
   * As `owned`, for what is said of one version outside of documents: Fault `version_hidden` if it may not go out, before an upstream
   * is asked what it says. `nowhere` if a cooldown would have to judge it, and nobody has it. `file` is one of the version.
   */
  async ownedFor(
    registry: RegistryRow,
    name: string,
    { version, file }: { version: string; file: string },
    principal: Principal,
  ): Promise<PackageRow | 'nowhere' | undefined> {
    const { head, policyRevision } = await findHead(this.#rights, registry, name, principal);
    const rules = await this.#gate.rules(registry, name, policyRevision);
    // Blocks look at the number alone: they say the same of a name that is hidden, ours or free.
    assertNotBlocked(name, rules);
    this.#gate.admit(registry, name, rules.local, { version, time: null });
    if (head !== 'hidden' && head?.origin === 'local') return head;
    const upstream = this.#upstreams.get(registry.format);
    if (rules.upstream.key === rules.local.key || upstream === undefined) return undefined;
    if (await this.#claims.on(registry, name, policyRevision)) return undefined;
    const scope = await this.#scope(registry, policyRevision);
    if (head === 'hidden') return upstream.glance(scope, name).then(() => 'nowhere');
    const judged = await upstream.versionOf(scope, name, file);
    if (judged) this.#gate.admit(registry, name, rules.upstream, judged);
    return judged ? undefined : 'nowhere';
  }

  /** As `owned`, and that of a package from upstream of which something is stored here. */
  async known(registry: RegistryRow, name: string, principal: Principal): Promise<PackageRow | undefined> {
    const { head, policyRevision } = await findHead(this.#rights, registry, name, principal);
    if (head === 'hidden') return undefined;
    // What is stored of an upstream's package shows no more once its name is claimed.
    const isOver = head?.origin === 'upstream' && (await this.#claims.on(registry, name, policyRevision));
    return isOver ? undefined : head;
  }

  /**
   * A file of a version; pulled from upstream, verified and stored first if it is not here yet. Fault `version_hidden` if it may
   * not go out: then the upstream is not asked for it.
   */
  async artifact(
    registry: RegistryRow,
    name: string,
    file: string,
    principal: Principal,
  ): Promise<StoredArtifact | undefined> {
    const found = await this.download(registry, name, file, principal);
    return found && 'stored' in found ? found.stored : found;
  }

  /** As `artifact`; but what is on its way here is given while it comes. */
  async download(
    registry: RegistryRow,
    name: string,
    file: string,
    principal: Principal,
  ): Promise<StoredArtifact | ArtifactTransfer | undefined> {
    const stored = await this.#catalogue.findArtifact(registry.id, name, file);
    const isOver =
      stored?.origin === 'upstream' && (await this.#claims.on(registry, name, stored.policyRevision));
    const isGone =
      stored !== undefined &&
      ((await this.#isGone(registry, stored)) || (await this.#isForeign(registry, name, stored)));
    if (stored?.visibility === 'public' && !isOver && !isGone) {
      const rules = await this.#gate.rules(registry, name, stored.policyRevision);
      return rules[stored.origin].key === '' ? stored : this.#admit(registry, stored, { name, file }, rules);
    }
    const { head, policyRevision } = await findHead(this.#rights, registry, name, principal);
    const rules = await this.#gate.rules(registry, name, policyRevision);
    assertNotBlocked(name, rules);
    if (isOver) return undefined;
    if (head !== 'hidden' && stored !== undefined && !isGone) {
      return this.#admit(registry, stored, { name, file }, rules);
    }
    const upstream = this.#upstreams.get(registry.format);
    if (upstream === undefined || (head !== 'hidden' && head?.origin === 'local')) return undefined;
    if (await this.#claims.on(registry, name, policyRevision)) return undefined;
    const scope = await this.#scope(registry, policyRevision);
    if (head === 'hidden') {
      await upstream.glance(scope, name);
      return undefined;
    }
    if (rules.upstream.key !== '') {
      const version = await upstream.versionOf(scope, name, file);
      if (version === undefined) return undefined;
      this.#gate.admit(registry, name, rules.upstream, version);
    }
    const parts = { rights: this.#rights, claims: this.#claims, gate: this.#gate };
    const found = await upstream.artifact(scope, name, file, judgeAgain(parts, registry, name));
    // Whoever published the name meanwhile may not want everybody to see it.
    const isOurs = found && !('stored' in found) && found.origin === 'local';
    return isOurs ? this.download(registry, name, file, principal) : found;
  }

  /**
   * Which of these names an upstream may hear of: those that are neither owned nor claimed here. None if whoever asks may not see the
   * registry, whose upstreams are its own business.
   */
  async outward(
    registry: RegistryRow,
    names: string[],
    principal: Principal,
    reach: 'registry' | 'format' = 'registry',
  ): Promise<{ scope: UpstreamScope; names: string[] }> {
    const userId = principal.kind === 'user' ? principal.user.id : null;
    const [seen, sight] = await Promise.all([
      this.#rights.registry(registry.name, userId),
      this.#rights.of(registry.id, '', null),
    ]);
    const isSeen = mayEnter(seen, principal);
    if (!isSeen && !isNoSecret(registry)) throw hiddenRegistry(registry, principal);
    const revision = sight?.policyRevision ?? 0;
    const scope = await this.#scope(registry, revision);
    return { scope, names: isSeen ? await this.#claims.foreign(registry, names, revision, reach) : [] };
  }

  /** See `watchDocument`. */
  watchDocument(registry: RegistryRow, name: string, source: DocumentSource & { origin: 'upstream' }) {
    return watchDocument(this.#catalogue, registry, name, source);
  }

  /** See `watchPackage`. */
  watch(packageId: number, state: OpenRevision) {
    return watchPackage(this.#catalogue, packageId, state);
  }

  async #admit(
    registry: RegistryRow,
    stored: StoredArtifact,
    { name, file }: { name: string; file: string },
    rules: NameRules,
  ): Promise<StoredArtifact> {
    const { origin, version } = stored;
    let time = stored.upstreamTime;
    if (time === null && rules[origin].cooldown !== null) {
      // It was stored when nobody asked for the time.
      const scope = await this.#scope(registry, stored.policyRevision);
      time = (await this.#upstreams.get(registry.format)?.versionOf(scope, name, file))?.time ?? null;
    }
    this.#gate.admit(registry, name, rules[origin], { version, time });
    return stored;
  }

  async #scope(registry: RegistryRow, policyRevision: number): Promise<UpstreamScope> {
    return { registry, policy: await this.#policies.of(registry, policyRevision) };
  }

  /** True for a version that is from another upstream than those that may have the name now. */
  async #isForeign(registry: RegistryRow, name: string, stored: StoredArtifact): Promise<boolean> {
    const upstream = this.#upstreams.get(registry.format);
    if (stored.upstream === null || upstream === undefined) return false;
    const scope = await this.#scope(registry, stored.policyRevision);
    return !(await upstream.mayHave(scope, name, stored.upstream));
  }

  /** True for a version that its upstream does not list any more, where that counts. */
  async #isGone(registry: RegistryRow, { vanishedAt, policyRevision }: StoredArtifact): Promise<boolean> {
    if (vanishedAt === null) return false;
    return (await this.#policies.of(registry, policyRevision)).vanished === 'hide';
  }
}
