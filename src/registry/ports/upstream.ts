import type { Readable } from 'node:stream';
import type { GoodVersion, JudgedVersion } from '../../policy/index.ts';
import type { RegistryPolicy } from './policies.ts';
import type { RegistryRow, StoredArtifact } from './rows.ts';

/**
 * Why a document is older than it should be: `stale`, a newer one has not come yet; `failed`, its upstream could not be asked;
 * `offline`, nobody is asked. The door says so in a `Warning` header.
 */
export type UpstreamWarning = 'stale' | 'failed' | 'offline';

/** What an upstream says of one package, in the format's normal form. */
export interface UpstreamDocument {
  /**
   * Zstd-compressed JSON as the format's `ingest` made it: files are named, not located; the door fills in its URLs. If the document
   * was replaced meanwhile it is the newer one; Fault `package_not_found` if it is gone. No bytes at all list nothing: see
   * `DocumentSource`.
   */
  load(): Promise<Uint8Array>;
  /** What the gate judges of them. Reads all of them, in a worker. */
  outline(): Promise<DocumentOutline>;
  /** All that it says of a file; undefined if it names no such file. Reads the whole of it, in a worker. */
  release(file: string): Promise<RemoteRelease | undefined>;
  /** Identity of these bytes; no quotes. */
  etag: string;
  /** Since when they are these, milliseconds. With the etag it names one state of the document. */
  fetchedAt: number;
  /** Base URL of the upstream that it is from. */
  upstream: string;
  /** Until when asking again gives the same answer without a request upstream, milliseconds. */
  freshUntil: number;
  /** Null if it is as it should be. */
  warning: UpstreamWarning | null;
  /**
   * Asks the upstream whether it has something (a version, a tag) that this document lacks. Undefined if that was asked just now, or
   * the document is still the same. Faults as `Upstream.document`.
   */
  recheck(wanted: string): Promise<UpstreamDocument | undefined>;
}

/** The versions of a document and its tags, without what is in them. */
export interface DocumentOutline {
  versions: OutlinedVersion[];
  tags: Record<string, string>;
}

export interface OutlinedVersion extends JudgedVersion, GoodVersion {}

/** A registry and what it lets in, as they are for this request. */
export interface UpstreamScope {
  registry: RegistryRow;
  policy: RegistryPolicy;
}

export type Admit = (version: JudgedVersion) => Promise<void>;

/** Fills the gaps of our registries from registries elsewhere. The caller asks only for names that are not owned here. */
export interface Upstream {
  /**
   * The package's document, at most a few minutes old; undefined if there is no upstream or it has no such package.
   * Faults: `upstream_down` (could not be asked, nothing stored), `upstream_failed` (it refuses us).
   */
  document(scope: UpstreamScope, name: string): Promise<UpstreamDocument | undefined>;
  /**
   * Reads here what `document` reads here, and asks nobody: for names that must take what a free one takes, and that an upstream
   * must not hear of. True if an upstream that is in question had the name when it was asked last.
   */
  glance(scope: UpstreamScope, name: string): Promise<boolean>;
  /**
   * Is that upstream (its base URL) one of those in question for the name? What is stored of others counts for nothing, unless none is
   * in question at all. Asks nobody.
   */
  mayHave(scope: UpstreamScope, name: string, upstream: string): Promise<boolean>;
  /**
   * Fetches, verifies and stores a file that the document names: gives it while it comes, or where it is stored once it is; undefined
   * if the upstream has no such file. However many ask, on whatever replica, it is fetched once, and to its end even if all of them
   * go away. Faults: as `document`, and `upstream_failed` if the bytes are not what the document promised; then nothing is stored.
   *
   * @param admit is asked before it is stored and the last of it given; a Fault of it keeps both from happening
   */
  artifact(
    scope: UpstreamScope,
    name: string,
    file: string,
    admit: Admit,
  ): Promise<StoredArtifact | ArtifactTransfer | undefined>;
  /**
   * The version that a file belongs to and when it was published, as the document says; undefined where `artifact` has no such file.
   * Asks for what `artifact` asks for, but not for the file. Faults: as `document`.
   */
  versionOf(scope: UpstreamScope, name: string, file: string): Promise<JudgedVersion | undefined>;
}

/** A file on its way from an upstream: it can be read while it is received, verified and stored. */
export interface ArtifactTransfer {
  /** Bytes of the whole as the upstream promised them, or null if it did not say. */
  size: number | null;
  /** Resolves when the whole was verified and stored; rejects with a Fault if it never will be. */
  stored: Promise<StoredArtifact>;
  /**
   * The bytes from the first on, at the reader's own pace, in chunks that are the reader's. The last ones come only after `stored`,
   * so nobody ever gets the whole of a wrong file; what goes wrong breaks the stream off. Undefined if it is stored by now; throws
   * the Fault if it has failed by now.
   */
  open(): Readable | undefined;
}

/** Where an upstream is and how it is reached. Holds a secret: never log or show it whole. */
export interface UpstreamSource {
  /** Base URL, http or https; user name and password in it become Basic credentials. */
  url: string;
  /** Value of the `Authorization` header, or null; sent to this origin only. */
  authorization: string | null;
  /** PEM certificates to trust in place of the built-in ones, or null for those. */
  ca: string[] | null;
  /** False to accept any certificate. */
  strictTls: boolean;
  /** URL of an HTTP proxy, or null for what `HTTPS_PROXY` and `HTTP_PROXY` say. */
  proxy: string | null;
  /** Hosts that are asked without the proxy; empty for what `NO_PROXY` says. */
  noProxy: string[];
}

/** A document as an upstream sent it. */
export interface RawDocument {
  /** The caller gives these bytes away: they may be moved to another thread. */
  bytes: Uint8Array;
  /** True if the bytes are gzip-compressed. */
  gzip: boolean;
}

/** A document in the format's normal form, and the way from a file to where the upstream has it. */
export interface IngestedDocument {
  /** zstd-compressed JSON. */
  body: Uint8Array;
  /** zstd-compressed JSON object, which `RemoteFormat.locate` reads: file name → `{ version, url, integrity?, shasum?, time? }`. */
  index: Uint8Array;
}

/** As it comes from `ingest`, with the versions that it lists. */
export interface NewIngestedDocument extends IngestedDocument {
  versions: string[];
}

/** Where an upstream has a file, and what it promises of it. */
export interface RemoteFile {
  version: string;
  /** As the document has it; may name a host that we do not ask. */
  url: string;
  /** Subresource-integrity text (W3C SRI, one or several hashes), or null. */
  integrity: string | null;
  /** SHA-1 in lower-case hex, or null. */
  shasum: string | null;
  /** When it was published, as the document says, milliseconds, or null. */
  time: number | null;
}

/** One file of an upstream document with the version that it belongs to. */
export interface RemoteRelease extends RemoteFile {
  versionKey: string;
  /** Texts for the version's row, as for a version published here. */
  manifest: string;
  summary: string;
  /** JSON object for the artifact's row. */
  facts: string;
}

/** How an upstream of one format is asked; `remote.ts` of a format implements it. */
export interface RemoteFormat {
  /** Value of the `Accept` header for documents. */
  accept: string;
  /** Path of a package's document below the upstream's base URL, percent-encoded, without a leading slash. */
  documentPath(name: string): string;
  /** Brings a document into normal form, off the event loop. Fault `upstream_down` if it is nonsense or another package's. */
  ingest(name: string, raw: RawDocument): Promise<NewIngestedDocument>;
  /** Finds a file in the index of a document, without reading the rest; undefined if it names no such file. */
  locate(index: Uint8Array, file: string): Promise<RemoteFile | undefined>;
  /** All that the document says of a file; undefined if it names no such file. Reads the whole document, in a worker. */
  release(document: IngestedDocument, file: string): Promise<RemoteRelease | undefined>;
  /** Reads the whole document, in a worker. */
  outline(body: Uint8Array): Promise<DocumentOutline>;
}
