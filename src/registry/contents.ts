import { LRUCache } from 'lru-cache';
import type { Principal } from '../accounts/index.ts';
import type { Clock } from '../kernel/index.ts';
import { hiddenFault, judgeVersions, repairTags, type VersionRanges } from '../policy/index.ts';
import type { DocumentSource } from './document-source.ts';
import { outlineOf } from './outline.ts';
import type {
  Catalogue,
  DocumentOutline,
  RegistryRow,
  RemoteRelease,
  VanishedVersion,
  Visibility,
} from './ports/index.ts';
import type { Reader } from './reader.ts';

/** The tag that documents of every format have. */
const DEFAULT_TAG = 'latest';

/** Of all outlines that are kept. */
const MOST_VERSIONS = 100_000;
/** Characters of all releases that are kept. */
const MOST_TEXT = 8 * 1024 ** 2;

/** One version, as what is stored or an upstream's document tells of it. */
export interface VersionContent {
  version: string;
  /** JSON text: the format's full document of it, without what Kontor adds. */
  manifest: string;
  /** Milliseconds; null if its upstream never told. */
  publishedAt: number | null;
  visibility: Visibility;
  /** What is known of its file: an upstream tells less. Bytes, and digests in lower-case hex. */
  size: number | null;
  sha256: string | null;
  sha1: string | null;
}

/** The versions of a name that may go out. */
export interface NameContent extends DocumentOutline {
  visibility: Visibility;
}

export interface ContentsParts {
  reader: Reader;
  catalogue: Catalogue;
  ranges: VersionRanges;
  /** What the file of a version is called. */
  fileOf: (name: string, version: string) => string;
  clock: Clock;
}

/**
 * What one name has to offer, for doors whose clients want answers rather than documents. Of an upstream's document, which may have
 * tens of megabytes, only what was asked for leaves the worker that reads it.
 */
export class Contents {
  readonly #parts: ContentsParts;
  readonly #outlines = new LRUCache<string, DocumentOutline>({
    maxSize: MOST_VERSIONS,
    sizeCalculation: ({ versions }) => versions.length + 1,
  });
  readonly #releases = new LRUCache<string, RemoteRelease>({
    maxSize: MOST_TEXT,
    sizeCalculation: ({ manifest, summary }) => manifest.length + summary.length,
  });

  constructor(parts: ContentsParts) {
    this.#parts = parts;
  }

  /** Undefined if whoever asks sees no such name. Faults as `Reader.document`; `version_hidden` if the gate leaves nothing of it. */
  async of(registry: RegistryRow, name: string, principal: Principal): Promise<NameContent | undefined> {
    const source = await this.#parts.reader.document(registry, name, principal);
    return (
      source && { ...(await this.#shown(registry, name, source)), visibility: visibilityOf(registry, source) }
    );
  }

  /**
   * A version by its number or a tag. Undefined if there is none, or no such name. Faults as `Reader.document`; `version_hidden` for
   * a version that the gate hides.
   */
  async version(
    registry: RegistryRow,
    name: string,
    principal: Principal,
    versionOrTag = DEFAULT_TAG,
  ): Promise<VersionContent | undefined> {
    const source = await this.#parts.reader.document(registry, name, principal);
    if (source === undefined) return undefined;
    if (source.origin === 'local') return this.#local(registry, name, source, versionOrTag);
    const found = await this.#upstream(registry, name, source, versionOrTag);
    if (found) return found;
    // It may have been published after our copy of the document was made.
    const document = await source.document.recheck(versionOrTag);
    return document && this.#upstream(registry, name, { ...source, document }, versionOrTag);
  }

  async #local(
    registry: RegistryRow,
    name: string,
    source: DocumentSource & { origin: 'local' },
    versionOrTag: string,
  ): Promise<VersionContent | undefined> {
    const { catalogue, reader } = this.#parts;
    const { head, rules } = source;
    const tags =
      rules.key === '' ? await catalogue.tags(head.id) : (await this.#shown(registry, name, source)).tags;
    const row = await catalogue.version(head.id, own(tags, versionOrTag) ?? versionOrTag);
    if (row === undefined) return undefined;
    reader.admit(registry, name, rules, { version: row.version, time: row.publishedAt });
    return { ...contentOf(row), visibility: visibilityOf(registry, source) };
  }

  async #upstream(
    registry: RegistryRow,
    name: string,
    source: DocumentSource & { origin: 'upstream' },
    versionOrTag: string,
  ): Promise<VersionContent | undefined> {
    const { catalogue, reader, fileOf, ranges } = this.#parts;
    const { head, rules } = source;
    const whole = await this.#outline(registry, name, source);
    const { versions, tags } = this.#sifted(name, source, whole);
    const tagged = own(tags, versionOrTag) ?? own(whole.tags, versionOrTag);
    const isDefault = versionOrTag === DEFAULT_TAG;
    const version =
      tagged ?? (isDefault ? ranges.newest(versions.map((each) => each.version)) : versionOrTag);
    const outlined = whole.versions.find((each) => each.version === version);
    if (outlined === undefined) return undefined;
    reader.admit(registry, name, rules, outlined);
    const visibility = visibilityOf(registry, source);
    const release = await this.#release(registry, name, source, fileOf(name, outlined.version));
    if (release === undefined) {
      const kept =
        head && (await catalogue.vanished(head.id)).find((each) => each.version === outlined.version);
      return kept && { ...contentOf(kept), visibility };
    }
    const stored = head && (await catalogue.version(head.id, outlined.version))?.artifacts[0];
    // What is stored may be another upstream's.
    const known = stored?.sha1 === release.shasum ? stored : undefined;
    return {
      version: outlined.version,
      manifest: release.manifest,
      publishedAt: outlined.time,
      visibility,
      size: known?.size ?? null,
      sha256: known?.sha256 ?? null,
      sha1: release.shasum,
    };
  }

  async #shown(registry: RegistryRow, name: string, source: DocumentSource): Promise<DocumentOutline> {
    return this.#sifted(name, source, await this.#outline(registry, name, source));
  }

  /** Without what the rules hide. Fault `version_hidden` if nothing is left. */
  #sifted(name: string, { rules }: DocumentSource, whole: DocumentOutline): DocumentOutline {
    const { clock, ranges } = this.#parts;
    const { hidden } = judgeVersions(rules, whole.versions, clock(), ranges);
    if (hidden.size === 0) return whole;
    const versions = whole.versions.filter(({ version }) => !hidden.has(version));
    const best = ranges.newest([...hidden.keys()]);
    const finding = best === undefined ? undefined : hidden.get(best);
    if (versions.length === 0 && best !== undefined && finding) {
      throw hiddenFault({ name, version: best, finding, whole: true });
    }
    return { versions, tags: repairTags(whole.tags, DEFAULT_TAG, versions, ranges) };
  }

  async #outline(registry: RegistryRow, name: string, source: DocumentSource): Promise<DocumentOutline> {
    const { catalogue } = this.#parts;
    if (source.origin === 'local') return outlineOf(catalogue, source);
    const { document, head, keeps } = source;
    const key = `${stateOf(registry, name, source)} ${keeps ? (head?.history ?? '') : ''}`;
    const known = document.etag === '' ? undefined : this.#outlines.get(key);
    if (known) return known;
    const outline = await outlineOf(catalogue, source);
    this.#outlines.set(key, outline);
    return outline;
  }

  async #release(
    registry: RegistryRow,
    name: string,
    source: DocumentSource & { origin: 'upstream' },
    file: string,
  ): Promise<RemoteRelease | undefined> {
    const key = `${stateOf(registry, name, source)} ${file}`;
    const known = this.#releases.get(key);
    if (known) return known;
    const release = await source.document.release(file);
    if (release) this.#releases.set(key, release);
    return release;
  }
}

function stateOf(
  { id }: RegistryRow,
  name: string,
  { document }: DocumentSource & { origin: 'upstream' },
): string {
  return `${id} ${name} ${document.etag} ${document.fetchedAt}`;
}

function contentOf({
  version,
  manifest,
  publishedAt,
  artifacts: [file],
}: VanishedVersion): Omit<VersionContent, 'visibility'> {
  return {
    version,
    manifest,
    publishedAt,
    size: file?.size ?? null,
    sha256: file?.sha256 ?? null,
    sha1: file?.sha1 ?? null,
  };
}

/** What comes from upstreams is everybody's who may see the registry. */
function visibilityOf(registry: RegistryRow, source: DocumentSource): Visibility {
  if (registry.visibility !== 'public' || source.origin === 'upstream') return registry.visibility;
  return source.head.visibility;
}

function own(record: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
