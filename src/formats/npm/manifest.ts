import type { Readable } from 'node:stream';
import { Fault, type Digests } from '../../kernel/index.ts';
import type { Attestation } from '../../registry/index.ts';
import { abbreviatedVersion } from './abbreviated.ts';
import { checkAgreement, checkIdentity, INSTALL_SCRIPTS } from './agreement.ts';
import { readPackageArchive, type PackageArchive } from './archive.ts';
import { readPackageArchiveApart } from './archive-thread.ts';
import { checkDigests } from './digests.ts';
import { readDocument, type PublishDocument } from './document.ts';
import { checkShape, isObject, own, type JsonObject } from './json.ts';
import { checkNewName, tarballName } from './names.ts';
import { bin, scripts } from './normalize.ts';
import { readProvenance } from './provenance.ts';
import { readVersion } from './versions.ts';

/** The archive of a publish, staged and hashed. */
export interface Attachment {
  /** Its key in `_attachments`; clients do not agree on its form, so it only serves messages. */
  fileName: string;
  /** `length` of the attachment, in bytes, if it has one. */
  declaredLength: number | undefined;
  digests: Digests;
  /** Reads the staged bytes from the beginning; the chunks are the reader's to keep. */
  open: () => Readable;
}

/** A version that may be published, with all that documents will say of it. */
export interface Release {
  name: string;
  version: string;
  /** The version without build metadata. */
  versionKey: string;
  /** At least one; all point to this version. */
  tags: string[];
  /** JSON of the full version document, without `dist`, `readme` and what only the server may say. */
  manifest: string;
  /** JSON of the abbreviated version document, without `dist`. */
  summary: string;
  /** At most 64 KiB of UTF-8; null if there is none. */
  readme: string | null;
  searchText: { description: string; keywords: string[] };
  /** What the manifest itself tells people who install it, or null. */
  deprecated: string | null;
  /** What `access` asks for: `restricted` is private; null keeps what the package has. */
  visibility: 'public' | 'private' | null;
  /** The provenance that came along, found to be about this archive; null if there is none. */
  attestation: Attestation | null;
  /** `demo-1.0.0.tgz`: the file name without the scope. */
  file: string;
  facts: {
    fileCount: number;
    /** Bytes. */
    unpackedSize: number;
  };
}

const MAX_MANIFEST = 1024 * 1024;
const MAX_README = 64 * 1024;
/** What npm sends for a package without one. */
const NO_README = 'ERROR: No README data found!';

/**
 * Not part of the stored manifest: what the server computes from the bytes (`dist` and bun's copies of it), what it
 * keeps elsewhere (`readme`), and what only it may say (who published, who owns).
 */
const NOT_STORED = new Set([
  'dist',
  'integrity',
  '_integrity',
  'shasum',
  '_resolved',
  '_from',
  '_attachments',
  '_rev',
  'readme',
  'deprecated',
  '_npmUser',
  'maintainers',
  '_hasShrinkwrap',
  'hasInstallScript',
]);

/**
 * Makes a Release of what a client publishes: the parsed publish document of `PUT /<name>` and the archive that came
 * with it. `urlName` is the decoded name in the URL. Rejects with Faults `name_invalid`, `version_invalid`,
 * `tag_invalid`, `manifest_invalid`, `length_mismatch`, `digest_mismatch`, `archive_invalid`, `archive_too_large`;
 * errors of the opened stream pass through.
 */
export async function readRelease(
  document: unknown,
  urlName: string,
  attachment: Attachment,
): Promise<Release> {
  const published = readDocument(document, urlName);
  const { name, version, manifest } = published;
  checkLength(attachment);
  checkDigests(manifest, attachment.digests);
  const archive = await readArchive(attachment);
  checkAgreement(manifest, archive);
  return releaseOf(published, archive, {
    visibility: readAccess(isObject(document) ? own(document, 'access') : undefined),
    attestation: readProvenance(document, { name, version, sha512: attachment.digests.sha512 }),
  });
}

/** A version that is published with nothing but its archive and a few words about it. */
export interface PackedVersion {
  name: string;
  version: string;
  tags: string[];
  /** Fields of the manifest that stand in for those that package.json lacks. */
  description: JsonObject;
}

/**
 * Makes a Release of an archive alone, whose package.json is the manifest. Rejects with Faults as `readRelease`, `manifest_invalid`
 * also if package.json has another name or version.
 */
export async function readPackedRelease(
  { name, version, tags, description }: PackedVersion,
  attachment: Pick<Attachment, 'digests' | 'open'>,
): Promise<Release> {
  checkNewName(name);
  const read = readVersion(version);
  const archive = await readArchive(attachment);
  const { packageJson } = archive;
  checkShape(packageJson);
  checkIdentity({ name, version }, packageJson);
  const commands = Object.fromEntries(bin(packageJson));
  const manifest: JsonObject = {
    ...description,
    ...packageJson,
    name,
    version,
    // Clients read it in one form only.
    ...(own(packageJson, 'bin') !== undefined && { bin: commands }),
  };
  const config = own(packageJson, 'publishConfig');
  return releaseOf({ ...read, name, tags, manifest, readme: undefined }, archive, {
    visibility: readAccess(isObject(config) ? own(config, 'access') : undefined),
    attestation: null,
  });
}

function releaseOf(
  { name, version, versionKey, tags, manifest, readme }: PublishDocument,
  archive: PackageArchive,
  more: Pick<Release, 'visibility' | 'attestation'>,
): Release {
  const full: JsonObject = {
    ...Object.fromEntries(Object.entries(manifest).filter(([field]) => !NOT_STORED.has(field))),
    _id: `${name}@${version}`,
    ...(archive.hasShrinkwrap ? { _hasShrinkwrap: true } : {}),
  };
  const text = JSON.stringify(full);
  if (Buffer.byteLength(text) > MAX_MANIFEST) {
    throw new Fault(
      'manifest_invalid',
      `The manifest has more than ${MAX_MANIFEST} bytes; shorten package.json.`,
    );
  }
  return {
    name,
    version,
    versionKey,
    tags,
    manifest: text,
    summary: JSON.stringify(summarize(full, archive)),
    readme: cutReadme(readme),
    searchText: searchText(full),
    deprecated: deprecation(manifest),
    ...more,
    file: tarballName(name, version),
    facts: { fileCount: archive.fileCount, unpackedSize: archive.unpackedSize },
  };
}

/** Bytes of an archive that is read where it is: to reach another thread costs more than to read it. */
const SMALL_ARCHIVE = 128 * 1024;

function readArchive({ digests, open }: Pick<Attachment, 'digests' | 'open'>): Promise<PackageArchive> {
  return digests.size <= SMALL_ARCHIVE ? readPackageArchive(open()) : readPackageArchiveApart(open());
}

const LONGEST_DEPRECATION = 5000;

function deprecation(manifest: JsonObject): string | null {
  const message = own(manifest, 'deprecated');
  return typeof message === 'string' && message !== '' ? clean(message).slice(0, LONGEST_DEPRECATION) : null;
}

const LONGEST_DESCRIPTION = 1000;
const MOST_KEYWORDS = 50;

function searchText(full: JsonObject): Release['searchText'] {
  const description = own(full, 'description');
  const keywords = own(full, 'keywords');
  const words = Array.isArray(keywords) ? keywords : [];
  return {
    description: clean(typeof description === 'string' ? description : '').slice(0, LONGEST_DESCRIPTION),
    keywords: words
      .filter((word): word is string => typeof word === 'string')
      .slice(0, MOST_KEYWORDS)
      // One keyword is one word of the index.
      .map((word) => clean(word).trim().replace(/\s+/g, '-').slice(0, 100))
      .filter((word) => word !== ''),
  };
}

/** NUL goes, since PostgreSQL keeps no text that holds one. */
function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function readAccess(access: unknown): Release['visibility'] {
  if (access === undefined || access === null) return null;
  if (access === 'public') return 'public';
  if (access === 'restricted') return 'private';
  throw new Fault('manifest_invalid', 'The access of a package is "public" or "restricted".');
}

function summarize(full: JsonObject, archive: PackageArchive): Record<string, unknown> {
  const bundled = own(full, 'bundleDependencies') ?? own(full, 'bundledDependencies');
  return abbreviatedVersion({
    ...full,
    // Authors write either spelling; readers of the short form know one.
    ...(bundled === undefined ? {} : { bundleDependencies: bundled }),
    hasInstallScript: runsOnInstall(full, archive),
  });
}

function runsOnInstall(full: JsonObject, archive: PackageArchive): boolean {
  const named = scripts(full);
  if (INSTALL_SCRIPTS.some((name) => named.has(name))) return true;
  return archive.hasGyp && own(full, 'gypfile') !== false;
}

function checkLength({ fileName, declaredLength, digests }: Attachment): void {
  if (declaredLength === undefined || declaredLength === digests.size) return;
  throw new Fault(
    'length_mismatch',
    `The attachment ${JSON.stringify(fileName.slice(0, 250))} is said to have ${declaredLength} bytes, and ${digests.size} arrived; publish again.`,
  );
}

/** Cuts on a character. */
function cutReadme(readme: string | undefined): string | null {
  const text = clean(readme ?? '');
  if (text === '' || text === NO_README) return null;
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.min(bytes.length, MAX_README);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
