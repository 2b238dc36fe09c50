import { Fault, isFault } from '../../kernel/index.ts';
import type { ContentFormat } from '../../registry/index.ts';
import { isLegacyHash, parseZigHash } from './hash.ts';
import { readZigPackage } from './read-archive.ts';

const ENDING = '.tar.gz';

/** Name under which a mirrored archive is stored and saved. Fault `bad_request` if the hash is none. */
export function mirroredFile(hash: string): string {
  parseZigHash(hash);
  return `${hash}${ENDING}`;
}

/** Archives that are known by the hash of their content, in either form: any that the compiler takes. */
export const zigContent: ContentFormat = {
  versionOf: (file) => (file.endsWith(ENDING) ? file.slice(0, -ENDING.length) : undefined),
  async read(archive) {
    const { manifest, hash, legacyHash, files, size } = await readZigPackage(archive).catch(unreadable);
    const about = { name: manifest?.name ?? null, version: manifest?.version ?? null, hash, legacyHash };
    return {
      versions: [hash, legacyHash],
      manifest: JSON.stringify(about),
      summary: JSON.stringify(about),
      facts: JSON.stringify({ fileCount: files, unpackedSize: size }),
    };
  },
  another(wanted, versions) {
    const found = versions.find((version) => isLegacyHash(version) === isLegacyHash(wanted)) ?? versions[0];
    return new Fault(
      'upstream_differs',
      `The archive at that address has the hash ${found}, and not ${wanted}, which was asked for; it was not stored.`,
    );
  },
};

/** What is wrong with the archive is the upstream's fault, and nobody's who asks for it. */
function unreadable(error: unknown): never {
  if (!isFault(error) || error.status >= 500) throw error;
  throw new Fault(
    'upstream_differs',
    `What is at that address is no archive that Zig could use, so it is not mirrored: ${error.message}`,
    { cause: error },
  );
}
