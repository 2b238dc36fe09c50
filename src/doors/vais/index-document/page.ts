import { makeSegment, type Segment } from '../../gzip-segment.ts';
import type { BuiltEntry, Subject } from './read-entries.ts';

/** Packages compressed together: a publish compresses one page. */
const FULL = 32;
/** Selections of restricted packages that one page remembers. */
const MOST_SELECTIONS = 8;

interface Entry extends Subject {
  rulesKey: string;
  text: Buffer;
  digest: Buffer;
}

/** Neighbours in the index, without brackets around them. */
export interface Passage {
  plain: Buffer;
  /** Of each entry, in order: says the same of the same entries, however they are spread over pages. */
  digests: Buffer;
  /** Compressed, with a comma before it unless it is the first; made when it is first asked for. */
  segment(isFirst: boolean): Promise<Segment>;
}

/** A run of packages in the order of their names; never empty, and never changed. */
export class Page {
  readonly entries: readonly Entry[];
  readonly #restricted: readonly Entry[];
  readonly #selections = new Map<string, Passage | undefined>();

  private constructor(entries: readonly Entry[]) {
    this.entries = entries;
    this.#restricted = entries.filter(({ restricted }) => restricted);
  }

  get first(): string {
    return this.entries[0]?.name ?? '';
  }

  /** These packages in the places of what is in `page` of the same names. */
  static of(changes: readonly BuiltEntry[], page?: Page): Page[] {
    const byName = new Map(page?.entries.map((entry) => [entry.name, entry]));
    for (const { packageId, name, restricted, rulesKey, said } of changes) {
      if (said) byName.set(name, { packageId, name, restricted, rulesKey, ...said });
      else byName.delete(name);
    }
    const entries = [...byName.values()].toSorted(byNames);
    if (entries.length === 0) return [];
    const size = entries.length > 2 * FULL ? FULL : entries.length;
    const pages: Page[] = [];
    for (let from = 0; from < entries.length; from += size)
      pages.push(new Page(entries.slice(from, from + size)));
    return pages;
  }

  /** What somebody sees of it who may see these restricted packages; undefined if that is nothing. */
  passage(visible: ReadonlySet<number>): Passage | undefined {
    const seen = this.#restricted.filter(({ packageId }) => visible.has(packageId));
    const key = seen.map(({ packageId }) => packageId).join(' ');
    if (this.#selections.has(key)) return this.#selections.get(key);
    const made = passageOf(this.entries.filter((entry) => !entry.restricted || visible.has(entry.packageId)));
    if (this.#selections.size >= MOST_SELECTIONS) this.#selections.clear();
    this.#selections.set(key, made);
    return made;
  }
}

/** The pages of an index with these packages in it, which have the places of those of the same names. Pages without changes stay. */
export function changedPages(pages: readonly Page[], built: readonly BuiltEntry[]): Page[] {
  const changes = built.toSorted(byNames);
  if (pages.length === 0) return Page.of(changes);
  let at = 0;
  return pages.flatMap((page, index) => {
    const next = pages[index + 1]?.first;
    const from = at;
    while (isBefore(changes[at], next)) at += 1;
    return from === at ? [page] : Page.of(changes.slice(from, at), page);
  });
}

/** Undefined `next`: there is none. */
function isBefore(entry: BuiltEntry | undefined, next: string | undefined): boolean {
  return entry !== undefined && (next === undefined || entry.name < next);
}

/** By code units, as the databases sort names. */
function byNames({ name: one }: { name: string }, { name: other }: { name: string }): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

const COMMA = Buffer.from(',');

function passageOf(entries: Entry[]): Passage | undefined {
  if (entries.length === 0) return undefined;
  const plain = Buffer.concat(entries.flatMap(({ text }, index) => (index === 0 ? [text] : [COMMA, text])));
  let [alone, next]: (Promise<Segment> | undefined)[] = [];
  return {
    plain,
    digests: Buffer.concat(entries.map(({ digest }) => digest)),
    segment: (isFirst) =>
      isFirst ? (alone ??= makeSegment(plain)) : (next ??= makeSegment(Buffer.concat([COMMA, plain]))),
  };
}
