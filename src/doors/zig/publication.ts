import { readZigRelease, versionKeyOf, type ZigManifest } from '../../formats/zig/index.ts';
import { Fault, type Digests } from '../../kernel/index.ts';
import type { Publication, StagedBlob } from '../../registry/index.ts';
import { nameFromFile } from './file-name.ts';
import { checkManifestField } from './manifest-field.ts';
import type { StoredRelease } from './stored-release.ts';
import { archiveName } from './shapes.ts';

/** What a client sends to be published, its archive staged. */
export interface Upload {
  archive: { staged: StagedBlob; digests: Digests; fileName: string | undefined };
  /** The fields of the form; undefined for those that are not there. */
  manifest: string | undefined;
  description: string | undefined;
}

/** Protocols/pantry 2, characters. */
const LONGEST_DESCRIPTION = 2000;

/** Reads an upload: what is in the archive counts. Faults as `readZigRelease` and `checkManifestField`, and `bad_request`. */
export async function publicationOf({
  archive,
  manifest: field,
  description = '',
}: Upload): Promise<{ publication: Publication; release: StoredRelease }> {
  if (description.length > LONGEST_DESCRIPTION) {
    throw new Fault('bad_request', `A description may have ${LONGEST_DESCRIPTION} characters; shorten it.`);
  }
  const { staged, digests } = archive;
  const found = await readZigRelease(
    { size: digests.size, open: () => staged.open() },
    nameFromFile(archive.fileName),
  );
  const { manifest, name, version } = found;
  if (field !== undefined) checkManifestField(field, manifest, found);
  const release: StoredRelease = {
    name,
    // The name that a manifest would have, which is an identifier.
    identifier: manifest?.name ?? name.replaceAll('-', '_'),
    version,
    hasManifest: manifest !== null,
    ...about(manifest),
    ...(description !== '' && { description }),
    hash: isModern(manifest) ? found.hash : found.legacyHash,
    legacyHash: found.legacyHash,
    modernHash: found.hash,
  };
  const publication: Publication = {
    name,
    version,
    versionKey: versionKeyOf(version),
    manifest: JSON.stringify(release),
    summary: JSON.stringify({ name, version, hash: release.hash }),
    readme: null,
    searchText: { description, keywords: [] },
    deprecated: null,
    tags: [],
    fallbackTag: null,
    raisesDefault: true,
    visibility: null,
    attestation: null,
    contentHashes: [found.hash, found.legacyHash],
    artifacts: [
      {
        file: archiveName(release),
        facts: JSON.stringify({ fileCount: found.files, unpackedSize: found.size }),
        digests,
        staged,
      },
    ],
  };
  return { publication, release };
}

/** Does the compiler that reads this manifest write the modern form? An identifier and a fingerprint came with it, in 0.14. */
function isModern(manifest: ZigManifest | null): boolean {
  return manifest === null || (manifest.hasIdentifier && manifest.fingerprint !== null);
}

function about(manifest: ZigManifest | null): Partial<StoredRelease> {
  if (manifest === null) return {};
  const { fingerprint, minimumZigVersion, paths } = manifest;
  return {
    ...(fingerprint !== null && { fingerprint: `0x${fingerprint.toString(16).padStart(16, '0')}` }),
    ...(minimumZigVersion !== null && { minimum_zig_version: minimumZigVersion }),
    // One character a byte.
    ...(paths !== null && { paths: paths.map((path) => Buffer.from(path, 'latin1').toString()) }),
  };
}
