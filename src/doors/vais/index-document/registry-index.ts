import { LRUCache } from 'lru-cache';
import { Turn } from '../../../kernel/index.ts';
import type { ChangedPackage, RegistryRow, RegistryState } from '../../../registry/index.ts';
import { IndexDocument } from './document.ts';
import { changedPages, type Page } from './page.ts';
import { readEntries, type BuiltEntry, type EntrySources, type Subject } from './read-entries.ts';

/** Changed packages that are read at a time. */
const AT_ONCE = 200;
/** Bytes of documents for people who see more than others. */
const CAPACITY = 32 * 1024 * 1024;

/**
 * The index of one registry in memory: what the database says of its packages, kept up to date by reading what has changed. The caller
 * learns the current state from the database, so nobody gets an old one.
 */
export class RegistryIndex {
  readonly #sources: EntrySources;
  readonly #registry: RegistryRow;
  #pages: Page[] = [];
  /** Packages of which the gate leaves nothing, by name. */
  readonly #hidden = new Map<string, BuiltEntry>();
  #revision = 0;
  #policyRevision: number | undefined;
  #updating: Promise<void> | undefined;
  /** What everybody sees. */
  #open: IndexDocument | undefined;
  readonly #others = new LRUCache<string, IndexDocument>({
    maxSize: CAPACITY,
    // The plain and the compressed form of it.
    sizeCalculation: ({ length }, key) => 2 * length + key.length,
  });

  constructor(sources: EntrySources, registry: RegistryRow) {
    this.#sources = sources;
    this.#registry = registry;
  }

  /**
   * The document in this state or a later one, as somebody sees it who may see the packages `visible` that not everybody may. Whoever
   * comes while another reads what has changed waits for the same reading.
   */
  async document(state: RegistryState, visible: readonly number[]): Promise<IndexDocument> {
    await this.#reach(state);
    if (visible.length === 0) return (this.#open ??= this.#join(visible));
    const key = visible.join(' ');
    let document = this.#others.get(key);
    if (document === undefined) {
      document = this.#join(visible);
      this.#others.set(key, document);
    }
    return document;
  }

  /** The text of one package in this state or a later one, whoever may see it. */
  async entry(state: RegistryState, name: string): Promise<Buffer | undefined> {
    await this.#reach(state);
    // Pages are in order, and never empty.
    const page = this.#pages.findLast(({ first }) => first <= name);
    return page?.entries.find((entry) => entry.name === name)?.text;
  }

  async #reach(state: RegistryState): Promise<void> {
    while (this.#isBehind(state)) {
      this.#updating ??= this.#update(state).finally(() => (this.#updating = undefined));
      await this.#updating;
    }
  }

  #isBehind({ revision, policyRevision }: RegistryState): boolean {
    const known = this.#policyRevision;
    return known === undefined || known < policyRevision || this.#revision < revision;
  }

  #join(visible: readonly number[]): IndexDocument {
    const seen = new Set(visible);
    return new IndexDocument(this.#pages.flatMap((page) => page.passage(seen) ?? []));
  }

  async #update({ revision, policyRevision }: RegistryState): Promise<void> {
    if (this.#policyRevision !== undefined && this.#policyRevision !== policyRevision) {
      await this.#judgeAgain();
    }
    const { revisions } = this.#sources;
    const changed = new Map<string, ChangedPackage>();
    let last = this.#revision;
    const turn = new Turn();
    for (;;) {
      const page = await revisions.changedSince(this.#registry.id, last, AT_ONCE);
      // Of a package that changes meanwhile the last word counts.
      for (const change of page) changed.set(change.head.name, change);
      last = page.at(-1)?.registryRevision ?? last;
      // What comes now is later than the state that the caller saw.
      if (page.length < AT_ONCE) break;
      if (turn.isOver) await turn.next();
    }
    const changes = [...changed.values()];
    const here = changes.filter(isHere).map(subjectOf);
    const gone = changes
      .filter((change) => !isHere(change))
      .map(({ head: { id: packageId, name } }) => ({
        packageId,
        name,
        restricted: true,
        rulesKey: '',
        said: undefined,
      }));
    this.#apply([...gone, ...(await readEntries(this.#sources, this.#registry, here))]);
    // Everything up to the revision that the caller saw has been read.
    this.#revision = Math.max(last, revision);
    this.#policyRevision = policyRevision;
  }

  /** Reads those packages anew on which the gate says something else than before. */
  async #judgeAgain(): Promise<void> {
    const known = [...this.#hidden.values(), ...this.#pages.flatMap(({ entries }) => entries)];
    const turn = new Turn();
    for (let from = 0; from < known.length; from += AT_ONCE) {
      const some = known.slice(from, from + AT_ONCE);
      const rules = await this.#sources.reader.rulesOf(
        this.#registry,
        some.map(({ name }) => name),
      );
      const other = some.filter(({ name, rulesKey }) => rules.get(name)?.local.key !== rulesKey);
      this.#apply(await readEntries(this.#sources, this.#registry, other));
      if (turn.isOver) await turn.next();
    }
  }

  #apply(built: readonly BuiltEntry[]): void {
    if (built.length === 0) return;
    for (const entry of built) {
      if (entry.said === undefined && entry.rulesKey !== '') this.#hidden.set(entry.name, entry);
      else this.#hidden.delete(entry.name);
    }
    this.#pages = changedPages(this.#pages, built);
    this.#open = undefined;
    this.#others.clear();
  }
}

function isHere({ head: { origin, removedAt } }: ChangedPackage): boolean {
  return origin === 'local' && removedAt === null;
}

function subjectOf({ head: { id, name, visibility } }: ChangedPackage): Subject {
  return { packageId: id, name, restricted: visibility !== 'public' };
}
