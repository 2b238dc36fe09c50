import { aboutPackage, type About } from '../../formats/npm/index.ts';
import { isoTime, isObject } from '../../kernel/index.ts';
import type { VersionContent } from '../../registry/index.ts';
import { tarballUrl } from './shapes.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** Fields of a manifest that are passed on as they are, if they are what they should be. */
const objects = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'optionalDependencies',
  'engines',
  'bin',
] as const;

/** A version as protocols/pantry 2 has it. */
export interface PackageShape extends About, Partial<Record<(typeof objects)[number], object>> {
  name: string;
  version: string;
  tarballUrl: string;
  checksum?: string;
  publishedAt: string;
  size?: number;
  downloads: number;
}

/** What a manifest holds is a stranger's word, so each field is looked at. */
export function packageMetadata(
  name: string,
  content: VersionContent,
  { base, downloads }: { base: string; downloads: number },
): PackageShape {
  const manifest = JSON.parse(content.manifest) as Manifest;
  const { version, publishedAt, size } = content;
  const known = checksum(content);
  return {
    name,
    version,
    ...aboutPackage(manifest),
    ...Object.fromEntries(
      objects.flatMap((field) => (isObject(manifest[field]) ? [[field, manifest[field]]] : [])),
    ),
    tarballUrl: tarballUrl(base, name, version),
    ...(known !== undefined && { checksum: known }),
    // A document that does not tell when is older than those that do.
    publishedAt: isoTime(publishedAt ?? 0),
    ...(size !== null && { size }),
    downloads,
  };
}

/** What the bytes are known by; an upstream tells no SHA-256 of what nobody has fetched yet. */
function checksum({ sha256, sha1 }: VersionContent): string | undefined {
  if (sha256 !== null) return `sha256:${sha256}`;
  return sha1 === null ? undefined : `sha1:${sha1}`;
}
