import { LRUCache } from 'lru-cache';
import { vaisRanges } from '../../formats/vais/index.ts';
import { isoTime } from '../../kernel/index.ts';
import { judgeVersions } from '../../policy/index.ts';
import type { Catalogue } from '../../registry/index.ts';
import { localVersions } from '../local-versions.ts';
import { speakingOf, type FoundPackage } from './found.ts';
import { JsonBody } from './json-body.ts';
import { aboutPackage, listedVersion, storedRelease } from './shapes.ts';

/** Bytes that one process keeps of packages. */
const CAPACITY = 64 * 1024 * 1024;
/** Of a text: in pieces, as a whole, and compressed. */
const COPIES = 3;

/** What changes without a change of the package. */
export interface Numbers {
  total: number;
  downloads: (version: string) => number;
}

/** Packages as a whole, each made anew when it has changed; everything of many versions takes a moment to read. */
export class PackageDocuments {
  readonly #catalogue: Pick<Catalogue, 'version' | 'versions'>;
  readonly #kept = new LRUCache<number, PackageText>({
    maxSize: CAPACITY,
    sizeCalculation: ({ length }) => COPIES * length,
  });
  readonly #reading = new Map<string, Promise<PackageText>>();

  constructor(catalogue: Pick<Catalogue, 'version' | 'versions'>) {
    this.#catalogue = catalogue;
  }

  /** Whoever comes while another has it read waits for the same reading. */
  async of(found: FoundPackage): Promise<PackageText> {
    const { id, revision } = found.head;
    const state = `${revision} ${found.rules.key}`;
    const kept = this.#kept.get(id);
    if (kept?.state === state) return kept;
    const key = `${id} ${state}`;
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#read(found, state).finally(() => this.#reading.delete(key));
      this.#reading.set(key, reading);
    }
    return reading;
  }

  /** What changes while it is read is of a later state than the caller's, and read again by whoever asks for that. */
  async #read({ head, rules }: FoundPackage, state: string): Promise<PackageText> {
    const all: ListedText[] = [];
    for await (const row of localVersions(this.#catalogue, head.id)) {
      const { version, yankedAt, publishedAt: time } = row;
      const [before = '', after = ''] = JSON.stringify(listedVersion(row, 0)).split(ZERO, 2);
      all.push({ version, yankedAt, time, before: `${before}"downloads":`, after: `,${after}` });
    }
    // Blocks know no time.
    const { hidden } = judgeVersions(rules, all, 0, vaisRanges);
    const shown = all.filter(({ version }) => !hidden.has(version)).toReversed();
    const speaking = speakingOf(shown);
    const row = speaking && (await this.#catalogue.version(head.id, speaking.version));
    const about = row && JSON.stringify(aboutPackage(storedRelease(row))).slice(0, -1);
    const times = `"created_at":"${isoTime(head.createdAt)}","updated_at":"${isoTime(head.updatedAt)}"`;
    const text = new PackageText(state, about === undefined ? undefined : { about, times }, shown);
    this.#kept.set(head.id, text);
    return text;
  }
}

/** Stands once in the JSON of a version: in texts, quotes are escaped. */
const ZERO = '"downloads":0,';

interface ListedText {
  version: string;
  yankedAt: number | null;
  time: number;
  /** Its JSON around the number of its downloads. */
  before: string;
  after: string;
}

/** The text of a package without its numbers. */
export class PackageText {
  /** Of the package and of what the gate says on it, when it was read. */
  readonly state: string;
  /** Of the text, about; at least 1. */
  readonly length: number;
  readonly #head: { about: string; times: string } | undefined;
  readonly #versions: readonly ListedText[];
  #last: { of: string; body: JsonBody } | undefined;

  constructor(
    state: string,
    head: { about: string; times: string } | undefined,
    versions: readonly ListedText[],
  ) {
    this.state = state;
    this.#head = head;
    this.#versions = versions;
    const bytes = versions.reduce((sum, { before, after }) => sum + before.length + after.length, 0);
    this.length = bytes + (head?.about.length ?? 0) + 100;
  }

  /** Undefined if nothing of the package may go out. The same as the last time if nothing else is to be said. */
  body({ total, downloads }: Numbers, owners: string[]): JsonBody | undefined {
    if (this.#head === undefined) return undefined;
    const { about, times } = this.#head;
    const counts = this.#versions.map(({ version }) => downloads(version));
    const of = JSON.stringify([total, owners, counts]);
    if (this.#last?.of === of) return this.#last.body;
    const listed = this.#versions.map(({ before, after }, index) => `${before}${counts[index] ?? 0}${after}`);
    const text = `${about},"downloads":${total},${times},"versions":[${listed.join(',')}],"owners":${JSON.stringify(owners)}}`;
    const body = new JsonBody(Buffer.from(text));
    this.#last = { of, body };
    return body;
  }
}
