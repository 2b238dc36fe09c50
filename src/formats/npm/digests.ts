import { Fault, type Digests } from '../../kernel/index.ts';
import { isObject, own, type JsonObject } from './json.ts';

/**
 * Compares the bytes that arrived with what the manifest's `dist` promises. `integrity` may hold several hashes
 * (W3C Subresource Integrity, section 3.3); each that we can compute must agree, and one must be there. Rejects with
 * Fault `digest_mismatch`.
 */
export function checkDigests(manifest: JsonObject, digests: Digests): void {
  const dist = own(manifest, 'dist');
  if (!isObject(dist)) return;
  const shasum = own(dist, 'shasum');
  if (shasum !== undefined && (typeof shasum !== 'string' || shasum.toLowerCase() !== digests.sha1)) {
    throw mismatch('shasum', digests.sha1);
  }
  const integrity = own(dist, 'integrity');
  if (integrity !== undefined) checkIntegrity(integrity, digests);
}

function checkIntegrity(integrity: unknown, digests: Digests): void {
  const hashes = typeof integrity === 'string' ? integrity.trim().split(/\s+/) : [];
  const known: Record<string, Buffer> = {
    sha1: Buffer.from(digests.sha1, 'hex'),
    sha256: Buffer.from(digests.sha256, 'hex'),
    sha512: Buffer.from(digests.sha512, 'base64'),
  };
  let compared = 0;
  for (const hash of hashes) {
    const [, algorithm = '', value = ''] =
      /^(sha1|sha256|sha512)-([A-Za-z0-9+/=]+)(?:\?.*)?$/.exec(hash) ?? [];
    const actual = known[algorithm];
    if (actual === undefined) continue;
    if (!Buffer.from(value, 'base64').equals(actual)) throw mismatch('integrity', `sha512-${digests.sha512}`);
    compared++;
  }
  if (compared === 0) throw mismatch('integrity', `sha512-${digests.sha512}`);
}

function mismatch(field: string, actual: string): Fault {
  return new Fault(
    'digest_mismatch',
    `"dist.${field}" of the manifest does not fit the archive, which has ${actual}; publish again.`,
  );
}
