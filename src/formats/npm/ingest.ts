import { constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Fault } from '../../kernel/index.ts';
import type {
  DocumentOutline,
  IngestedDocument,
  NewIngestedDocument,
  RawDocument,
  RemoteFile,
  RemoteRelease,
} from '../../registry/index.ts';
import { abbreviatedVersion } from './abbreviated.ts';
import { indexEntry, locate } from './artifact-index.ts';
import { isDeprecated } from './deprecation.ts';
import { isObject, type JsonObject } from './json.ts';
import { tarballName } from './names.ts';
import { publishedAt } from './times.ts';
import { readVersion } from './versions.ts';

/** Of a document without its compression. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/** What ours would contradict or the upstream keeps for itself. */
const DROPPED = new Set(['_attachments', '_rev', '_revisions', 'users']);

/**
 * Brings a packument of another registry into normal form: only versions that can be installed (strict semver, a tarball
 * at a URL, a digest), tags that lead to one of them, and `dist.tarball` as the bare canonical file name, which a door
 * completes to a URL. Everything else stays as it came. Runs in a worker. Fault `upstream_down` if it is no packument of
 * `name`.
 */
export function ingest(name: string, raw: RawDocument): NewIngestedDocument {
  const packument = parse(name, raw);
  if (packument['name'] !== name) throw nonsense(name, 'has another name');
  const versions: [string, JsonObject][] = [];
  const index: [string, JsonObject][] = [];
  const keys = new Set<string>();
  for (const [version, manifest] of Object.entries(objectOr(packument['versions']))) {
    const key = versionKeyOf(version);
    if (key === undefined || keys.has(key) || !isObject(manifest)) continue;
    if (manifest['name'] !== name || manifest['version'] !== version) continue;
    // The canonical file name has no scope.
    const file = tarballName(name, version);
    const where = fileOf(version, objectOr(manifest['dist']), publishedAt(packument['time'], version));
    if (!where) continue;
    keys.add(key);
    versions.push([version, { ...manifest, dist: { ...objectOr(manifest['dist']), tarball: file } }]);
    index.push([file, indexEntry(where)]);
  }
  const kept = new Set(versions.map(([version]) => version));
  const tags = Object.entries(objectOr(packument['dist-tags'])).filter(
    ([, version]) => typeof version === 'string' && kept.has(version),
  );
  const rest = Object.entries(packument).filter(([key]) => !DROPPED.has(key));
  // `Object.fromEntries` and object spread define what they set, so that even a key `__proto__` stays plain data.
  const body = {
    ...Object.fromEntries(rest),
    'dist-tags': Object.fromEntries(tags),
    versions: Object.fromEntries(versions),
  };
  return { body: pack(body), index: pack(Object.fromEntries(index)), versions: [...kept] };
}

/** What a normalised document and its index say of a file; undefined if they name no such file. */
export async function releaseOf(
  { body, index }: IngestedDocument,
  file: string,
): Promise<RemoteRelease | undefined> {
  const where = await locate(index, file);
  const versionKey = where && versionKeyOf(where.version);
  if (!where || versionKey === undefined) return undefined;
  const packument = unpack(body);
  const published = objectOr(packument['versions'])[where.version];
  if (!isObject(published)) return undefined;
  const { dist, readme: _, ...manifest } = published;
  const { fileCount, unpackedSize, signatures } = objectOr(dist);
  return {
    ...where,
    versionKey,
    manifest: JSON.stringify(manifest),
    summary: JSON.stringify(abbreviatedVersion(manifest)),
    facts: JSON.stringify({ fileCount, unpackedSize, signatures }),
    time: publishedAt(packument['time'], where.version),
  };
}

/** Of a normalised document. */
export function outlineOf(body: Uint8Array): DocumentOutline {
  const packument = unpack(body);
  const versions = Object.entries(objectOr(packument['versions'])).map(([version, manifest]) => ({
    version,
    time: publishedAt(packument['time'], version),
    deprecated: isDeprecated(objectOr(manifest)['deprecated']),
  }));
  return { versions, tags: objectOr(packument['dist-tags']) as Record<string, string> };
}

function parse(name: string, { bytes, gzip }: RawDocument): JsonObject {
  let document: unknown;
  try {
    const text = gzip
      ? gunzipSync(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES })
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    document = JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw nonsense(name, 'is broken or too large', cause);
  }
  if (!isObject(document)) throw nonsense(name, 'is not a JSON object');
  return document;
}

/** Undefined if the file cannot be fetched, or not be checked. */
function fileOf(version: string, dist: JsonObject, time: number | null): RemoteFile | undefined {
  const { tarball, integrity, shasum } = dist;
  if (typeof tarball !== 'string' || !URL.canParse(tarball)) return undefined;
  if (!/^https?:$/.test(new URL(tarball).protocol)) return undefined;
  const file: RemoteFile = {
    version,
    url: tarball,
    integrity: typeof integrity === 'string' && integrity !== '' ? integrity : null,
    shasum: typeof shasum === 'string' && /^[0-9a-f]{40}$/i.test(shasum) ? shasum.toLowerCase() : null,
    time,
  };
  return file.integrity === null && file.shasum === null ? undefined : file;
}

/** The version without its build metadata, if it is strict semver. */
function versionKeyOf(version: string): string | undefined {
  try {
    return readVersion(version).versionKey;
  } catch {
    return undefined;
  }
}

function pack(value: JsonObject): Uint8Array {
  return zstdCompressSync(JSON.stringify(value), { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
}

function unpack(bytes: Uint8Array): JsonObject {
  return objectOr(JSON.parse(zstdDecompressSync(bytes).toString('utf8')));
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function nonsense(name: string, what: string, cause?: unknown): Fault {
  return new Fault('upstream_down', `The upstream registry's document of ${name} ${what}. Try again later.`, {
    cause,
  });
}
