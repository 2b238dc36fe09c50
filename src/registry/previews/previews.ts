import { actorOf, type Principal } from '../../accounts/index.ts';
import { Fault, type Clock } from '../../kernel/index.ts';
import type { Actor } from '../../ledger/index.ts';
import { askerOf, mayPublish, previewStanding } from '../../policy/index.ts';
import { assertNotBlocked, type Gate } from '../gate/index.ts';
import { granted, Judge } from '../judge.ts';
import type { Blobs, RegistryRow, Rights, Visibility } from '../ports/index.ts';
import { checkShaPrefix, MOST_CANDIDATES, onlyCommit } from './sha.ts';
import { listReader, lookAt } from './sight.ts';
import { storePreviews, type ReadyPreviews } from './store-previews.ts';
import type { PreviewReader, PreviewRow, PreviewStore } from './store.ts';
import { checkCommit, checkPackages, type CommitUpload, type PreviewPackage } from './upload.ts';

/** A preview as it may be shown. */
export interface Preview extends PreviewRow {
  /** When it goes, milliseconds; null: never. */
  expiresAt: number | null;
}

/** One that is about to be sent. */
export interface FoundPreview extends Preview {
  /** `public` if everybody may have it. */
  visibility: Visibility;
}

export interface PreviewParts {
  store: Omit<PreviewStore, 'expire' | 'blobs' | 'knownKeys' | 'barKey'>;
  rights: Rights;
  gate: Pick<Gate, 'rules' | 'rulesOf'>;
  blobs: Pick<Blobs, 'remove'>;
  clock: Clock;
  /** How long a preview is kept, milliseconds; undefined: for ever. */
  life: number | undefined;
}

/** Who may publish a preview, and what stands behind that. */
interface Bringer {
  trustedPublisherId?: string;
  actor: Actor;
  detail: Record<string, unknown>;
}

/** Packages as commits made them: published on somebody's behalf, and found again by whoever may see them. */
export class Previews {
  readonly #parts: PreviewParts;
  readonly #judge: Judge;

  constructor(parts: PreviewParts) {
    this.#parts = parts;
    this.#judge = new Judge(parts.rights, parts.clock);
  }

  /** Refuses before its archive is read whoever may not publish a preview of the package; see `WriteDecision`. */
  async assertMayPublish(registry: RegistryRow, name: string, principal: Principal): Promise<void> {
    await this.#bringer(registry, name, principal);
  }

  /**
   * Stores the packages of a commit durably, or none of them: when this resolves every replica serves them, and those that they replace
   * are gone. Discards the staged bytes in any case. Faults `bad_request`, and those of `WriteDecision`.
   */
  async publish(registry: RegistryRow, principal: Principal, upload: CommitUpload): Promise<Preview[]> {
    try {
      const { packages, ...commit } = upload;
      const checked = checkCommit(commit);
      checkPackages(packages);
      const at = this.#parts.clock();
      const { userId, administrator } = askerOf(principal);
      const ready: ReadyPreviews = {
        ...checked,
        registryId: registry.id,
        packages: await Promise.all(
          packages.map(async (one) => this.#ready(registry, checked.sha, one, principal, at)),
        ),
        publisherId: userId,
        publishedBy: actorOf(principal).name,
        overrideOwnership: administrator,
        goneUntil: this.#goneUntil(),
        at,
      };
      return (await storePreviews(this.#parts, ready)).map((row) => this.#shown(row));
    } finally {
      await Promise.all(upload.packages.map(({ staged }) => staged.discard()));
    }
  }

  /**
   * Those of a commit, by name, that whoever asks may see: none for a commit that is not here. Fault `bad_request` for a sha that is too
   * short or ambiguous among the commits that they may know of, `version_hidden` if every one of them is blocked.
   */
  async ofCommit(registry: RegistryRow, sha: string, principal: Principal): Promise<Preview[]> {
    const prefix = checkShaPrefix(sha);
    const { store, gate, rights } = this.#parts;
    const { reader, policyRevision } = await listReader(rights, registry, principal);
    const asked = { registryId: registry.id, goneUntil: this.#goneUntil(), reader };
    const commits = await store.commits({ ...asked, beginning: prefix, limit: MOST_CANDIDATES });
    const rows = await store.ofCommit({ ...asked, sha: onlyCommit(prefix, commits) ?? prefix });
    const names = rows.map(({ name }) => name);
    const rules = await gate.rulesOf(registry, names, policyRevision);
    const open = rows.filter(({ name }) => rules.get(name)?.whole === undefined);
    const [first] = rows;
    const blocked = first && rules.get(first.name);
    if (open.length === 0 && blocked) assertNotBlocked(first.name, blocked);
    return open.map((row) => this.#shown(row));
  }

  /** One package of a commit. Faults as `ofCommit`; only commits that have this package make a sha ambiguous. */
  async find(
    registry: RegistryRow,
    { sha, name }: { sha: string; name: string },
    principal: Principal,
  ): Promise<FoundPreview | undefined> {
    const prefix = checkShaPrefix(sha);
    const { sight, anyone } = await this.#look(registry, name, principal);
    const rows = await this.#parts.store.ofPackage({
      registryId: registry.id,
      goneUntil: this.#goneUntil(),
      name,
      beginning: prefix,
      sight,
      limit: MOST_CANDIDATES,
    });
    const only = onlyCommit(
      prefix,
      rows.map((row) => row.sha),
    );
    return this.#found(
      rows.find((row) => row.sha === only),
      anyone,
    );
  }

  /**
   * What a branch or a pull request leads to, for one package; without a repository, that of the only one which has such a ref. Faults
   * `version_hidden`, and `bad_request` if several repositories or publishers have: anybody can say that a repository is theirs.
   */
  async at(
    registry: RegistryRow,
    { owner, repo, ref, name }: { owner?: string; repo?: string; ref: string; name: string },
    principal: Principal,
  ): Promise<FoundPreview | undefined> {
    const { sight, anyone } = await this.#look(registry, name, principal);
    const rows = await this.#parts.store.atCursor({
      registryId: registry.id,
      goneUntil: this.#goneUntil(),
      name,
      ref,
      repository:
        owner === undefined || repo === undefined
          ? undefined
          : { owner: owner.toLowerCase(), repo: repo.toLowerCase() },
      sight,
    });
    if (rows.length > 1) {
      throw new Fault(
        'bad_request',
        owner === undefined
          ? `${ref} of ${name} is ambiguous: several repositories have previews of that. Write owner/repository/${name}@${ref}, or ${name}@ and the sha.`
          : `${ref} of ${name} is ambiguous: several people say that it is their commit. Write ${name}@ and the sha.`,
      );
    }
    return this.#found(rows[0], anyone);
  }

  /**
   * Names of what is stored of a commit, given whole and in lower case, that a new package of the sender's is made to depend on. Whatever
   * others have put there under free names takes no part: they would run their code wherever the sender's package is installed.
   */
  async siblings(registry: RegistryRow, sha: string, principal: Principal): Promise<Set<string>> {
    if (principal.kind === 'nobody') return new Set();
    const { store, rights } = this.#parts;
    const { reader } = await listReader(rights, registry, principal);
    const sender =
      principal.kind === 'machine'
        ? { job: principal.label }
        : { userId: principal.user.id, administrator: askerOf(principal).administrator };
    const goneUntil = this.#goneUntil();
    return new Set(await store.siblings({ registryId: registry.id, goneUntil, sha, reader, sender }));
  }

  /** True if there is any of the name that whoever asks may see. */
  async anyOf(registry: RegistryRow, name: string, principal: Principal): Promise<boolean> {
    const { store, rights } = this.#parts;
    const { sight } = await lookAt(rights, registry, name, principal);
    const rows = await store.ofPackage({
      registryId: registry.id,
      goneUntil: this.#goneUntil(),
      name,
      beginning: '',
      // What they may not see is looked for all the same, so that the queries tell no more than the answer.
      sight: sight === 'none' ? { userId: askerOf(principal).userId } : sight,
      limit: 1,
    });
    return sight !== 'none' && rows.length > 0;
  }

  /** Whose eyes go over the previews of a registry, and which of them are gone; see `PreviewQuery`. */
  async reach(
    registry: RegistryRow,
    principal: Principal,
  ): Promise<{ reader: PreviewReader; goneUntil: number; policyRevision: number }> {
    const seen = await listReader(this.#parts.rights, registry, principal);
    return { ...seen, goneUntil: this.#goneUntil() };
  }

  async #ready(
    registry: RegistryRow,
    sha: string,
    { restricted = false, ...one }: PreviewPackage,
    principal: Principal,
    at: number,
  ): Promise<ReadyPreviews['packages'][number]> {
    const version = one.version ?? null;
    const { actor, detail, ...right } = await this.#bringer(registry, one.name, principal);
    return {
      ...one.digests,
      ...right,
      name: one.name,
      version,
      packageDir: one.packageDir ?? null,
      restricted,
      staged: one.staged,
      event: {
        type: 'preview.publish',
        at,
        actor,
        registry: registry.name,
        package: one.name,
        version,
        detail: { sha, sha256: one.digests.sha256, ...detail },
      },
    };
  }

  async #bringer(registry: RegistryRow, name: string, principal: Principal): Promise<Bringer> {
    const actor = actorOf(principal);
    if (principal.kind === 'machine') {
      const { trustId } = await this.#judge.publishByMachine(registry, name, principal, 'createPackage');
      return {
        trustedPublisherId: trustId,
        actor: { ...actor, via: `trusted:${trustId}` },
        detail: { job: principal.claims },
      };
    }
    const sight = await this.#judge.see(registry, name, principal);
    granted(mayPublish({ principal, registry: registry.name, name, standing: previewStanding(sight) }));
    return { actor, detail: {} };
  }

  /** Whose previews of a name they may see; Fault `version_hidden` if the gate lets nothing of the name out. */
  async #look(registry: RegistryRow, name: string, principal: Principal) {
    const seen = await lookAt(this.#parts.rights, registry, name, principal);
    assertNotBlocked(name, await this.#parts.gate.rules(registry, name, seen.policyRevision));
    return seen;
  }

  #found(row: PreviewRow | undefined, anyone: boolean): FoundPreview | undefined {
    if (row === undefined) return undefined;
    return { ...this.#shown(row), visibility: anyone && !row.restricted ? 'public' : 'private' };
  }

  #shown(row: PreviewRow): Preview {
    const { life } = this.#parts;
    return { ...row, expiresAt: life === undefined ? null : row.publishedAt + life };
  }

  #goneUntil(): number {
    const { life, clock } = this.#parts;
    return life === undefined ? -1 : clock() - life;
  }
}
