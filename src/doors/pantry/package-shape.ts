import { isoTime } from '../../kernel/index.ts';
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

/** A version as protocols/pantry 2 has it. What a manifest holds is a stranger's word, so each field is looked at. */
export function packageMetadata(
  name: string,
  content: VersionContent,
  { base, downloads }: { base: string; downloads: number },
): object {
  const manifest = JSON.parse(content.manifest) as Manifest;
  const { version, publishedAt, size } = content;
  return {
    name,
    version,
    ...words(manifest),
    ...Object.fromEntries(objects.map((field) => [field, object(manifest[field])])),
    tarballUrl: tarballUrl(base, name, version),
    checksum: checksum(content),
    // A document that does not tell when is older than those that do.
    publishedAt: isoTime(publishedAt ?? 0),
    ...(size !== null && { size }),
    downloads,
  };
}

/** What people read of a version, in lists too. Fields that it lacks are undefined. */
export function words(manifest: Manifest) {
  const { description, repository, homepage, license, author, keywords } = manifest;
  return {
    description: text(description),
    repository: text(inside(repository, 'url')),
    homepage: text(homepage),
    license: text(inside(license, 'type')),
    author: text(inside(author, 'name')),
    keywords: Array.isArray(keywords)
      ? keywords.filter((word): word is string => typeof word === 'string')
      : undefined,
  };
}

/** What the bytes are known by; an upstream tells no SHA-256 of what nobody has fetched yet. */
function checksum({ sha256, sha1 }: VersionContent): string | undefined {
  if (sha256 !== null) return `sha256:${sha256}`;
  return sha1 === null ? undefined : `sha1:${sha1}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The field of an object, or what stands in its place in the short form. */
function inside(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Manifest)[field] : value;
}

function object(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
