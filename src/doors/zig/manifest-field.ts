import { readZigManifest, type ZigManifest } from '../../formats/zig/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';

/** The fields that say which package it is. */
const IDENTITY = ['name', 'version', 'fingerprint'] as const;

/**
 * Compares the form field `manifest` with the manifest of the archive, which counts. curl cuts a field at its first `;`, and what is
 * left is the beginning of a manifest: that says nothing, and is passed over. Fault `manifest_invalid` for a whole manifest of
 * something else.
 *
 * @param named what the package is called if its archive has no manifest
 */
export function checkManifestField(
  text: string,
  own: ZigManifest | null,
  named: { name: string; version: string },
): void {
  const field = readField(text);
  if (field === undefined) return;
  if (own === null) {
    throw new Fault(
      'manifest_invalid',
      `The field manifest holds a manifest and the archive of ${named.name} none: pack build.zig.zon with the files, or leave the field out.`,
    );
  }
  const other = IDENTITY.find((part) => field[part] !== own[part]);
  if (other === undefined) return;
  throw new Fault(
    'manifest_invalid',
    `The field manifest is not that of the archive: ${other} is ${shown(field[other])} there and ${shown(own[other])} in the archive; send the archive's own, or leave the field out.`,
  );
}

/** Undefined for what is no manifest, or only the beginning of one. */
function readField(text: string): ZigManifest | undefined {
  try {
    return readZigManifest(Buffer.from(text));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function shown(value: string | bigint | null): string {
  if (value === null) return 'missing';
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
