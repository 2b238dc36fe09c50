import {
  checkPublishedVersion,
  checkVaisName,
  indexEntry,
  readVaisUploadApart,
  releaseOf,
  versionKeyOf,
  type VaisRelease,
} from '../../formats/vais/index.ts';
import { Fault } from '../../kernel/index.ts';
import type { Publication } from '../../registry/index.ts';
import type { FormFile } from '../multipart.ts';
import { VaisFault } from './errors.ts';
import { readMetadata } from './metadata.ts';
import { archiveName } from './shapes.ts';

/** Characters that one package may take in the index, which every client downloads whole; the original's reads 10 MiB of it: protocols/vais 2. */
const MOST_SUMMARIES = 512 * 1024;

/**
 * Reads an upload in the order of protocols/vais 2: what its metadata says, then the archive, whose manifest counts. Its bytes are to lie
 * where `placeOf` says. Faults: `json_invalid`, `name_invalid`, `version_invalid`, `digest_mismatch`, `bad_request`, and those of the archive.
 */
export async function publicationOf(
  metadata: string,
  { staged, digests }: Pick<FormFile, 'staged' | 'digests'>,
  placeOf: (release: VaisRelease) => Promise<string>,
): Promise<Publication> {
  const sent = readMetadata(metadata);
  checkVaisName(sent.name);
  checkPublishedVersion(sent.version);
  if (sent.checksum !== undefined && sent.checksum.toLowerCase() !== digests.sha256) {
    throw new VaisFault('digest_mismatch', 'Invalid checksum');
  }
  const { manifest, readme, files, unpackedSize } = await readVaisUploadApart(staged.open());
  for (const key of ['name', 'version'] as const) checkEqual(key, manifest[key], sent[key]);
  const release = releaseOf(manifest, sent.about);
  const { name, version, description = '', keywords, categories } = release;
  return {
    name,
    version,
    versionKey: versionKeyOf(version),
    manifest: JSON.stringify(release),
    summary: JSON.stringify(indexEntry(release, digests)),
    // PostgreSQL keeps no NUL.
    readme: readme?.replaceAll('\0', '') ?? null,
    searchText: { description, keywords, categories },
    deprecated: null,
    tags: [],
    fallbackTag: null,
    raisesDefault: true,
    mostSummaries: MOST_SUMMARIES,
    visibility: null,
    attestation: null,
    artifacts: [
      {
        file: archiveName(name, version),
        facts: JSON.stringify({ fileCount: files, unpackedSize }),
        digests,
        staged,
        key: await placeOf(release),
      },
    ],
  };
}

function checkEqual(key: 'name' | 'version', own: string, sent: string): void {
  if (own === sent) return;
  throw new Fault(
    'bad_request',
    `The ${key} is ${sent} in the metadata and ${own} in vais.toml of the archive; send the archive's own.`,
  );
}
