import { LRUCache } from 'lru-cache';
import { npmRanges } from '../../../formats/npm/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import { judgeVersions, type Finding, type GateRules, type GoodVersion } from '../../../policy/index.ts';
import type { Catalogue, PackageRow } from '../../../registry/index.ts';
import { makeSegment, type Segment } from '../../gzip-segment.ts';
import type { Form } from './document.ts';
import { versionText } from './version-text.ts';

/** Versions compressed together. Fewer compress worse; more make a publish into a long history dearer. */
const PAGE = 64;
/** Bytes of compressed pages that one process keeps. */
const CAPACITY = 64 * 1024 * 1024;

/** A run of versions of a package, in the order of publishing. */
export interface Page {
  versions: Segment;
  /** Their entries of the full document's `time`, each with a comma before it. */
  times: Segment;
  lastId: number;
  /** Versions that are not in it, and why. */
  hidden: Map<string, Finding>;
  /** Those that are; only kept where something can be hidden. */
  good: GoodVersion[];
}

interface Made {
  page: Page | undefined;
  isFull: boolean;
}

/** What decides the text of a package's pages. */
export interface PageSource {
  head: PackageRow;
  form: Form;
  base: string;
  /** JSON text of the maintainers that each version names, in the full form. */
  maintainers: string | undefined;
  rules: GateRules;
}

/**
 * The versions of packages as compressed pages. A full page changes only when something happens to versions that were
 * there before, which the package's history counts: a publish reads and compresses no more than the last page.
 */
export class Pages {
  readonly #catalogue: Catalogue;
  readonly #full = new LRUCache<string, Page>({
    maxSize: CAPACITY,
    sizeCalculation: ({ versions, times }) => versions.deflated.length + times.deflated.length + 300,
  });

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  async of(source: PageSource): Promise<Page[]> {
    const { head, form, base, maintainers, rules } = source;
    const pages: Page[] = [];
    let isFirst = true;
    for (let afterId = 0; ;) {
      const key = `${head.id} ${head.history} ${form} ${afterId} ${base} ${rules.key} ${maintainers ?? ''}`;
      const known = this.#full.get(key);
      const { page, isFull }: Made = known
        ? { page: known, isFull: true }
        : await this.#make(source, { afterId, isFirst });
      if (page) pages.push(page);
      if (page === undefined || !isFull) return pages;
      if (known === undefined) this.#full.set(key, page);
      afterId = page.lastId;
      isFirst &&= page.versions.length === 0;
    }
  }

  async #make(
    { head, form, base, maintainers, rules }: PageSource,
    { afterId, isFirst }: { afterId: number; isFirst: boolean },
  ): Promise<Made> {
    const rows = await this.#catalogue.versions(head.id, afterId, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return { page: undefined, isFull: false };
    // What is owned here changes only when somebody changes it: no cooldown, so the moment does not matter.
    const { hidden } = judgeVersions(
      rules,
      rows.map(({ version, publishedAt }) => ({ version, time: publishedAt })),
      last.publishedAt,
      npmRanges,
    );
    const shown = hidden.size === 0 ? rows : rows.filter(({ version }) => !hidden.has(version));
    const versions = shown.map(
      (row) => `${JSON.stringify(row.version)}:${versionText(row, head.name, form, base, maintainers)}`,
    );
    const times = shown.map((row) => `,${JSON.stringify(row.version)}:"${isoTime(row.publishedAt)}"`);
    const page = {
      versions: await makeSegment((isFirst || shown.length === 0 ? '' : ',') + versions.join(',')),
      times: await makeSegment(form === 'full' ? times.join('') : ''),
      lastId: last.id,
      hidden,
      good:
        rules.key === ''
          ? []
          : shown.map(({ version, deprecated }) => ({ version, deprecated: deprecated !== null })),
    };
    return { page, isFull: rows.length === PAGE };
  }
}
