import type { VaisRelease } from '../../../formats/vais/index.ts';
import type { ListedVersion } from '../../../registry/index.ts';

/**
 * A package as the index has it: protocols/vais 2. What is empty is left out, for clients stumble over null. `versions` come newest
 * first; their texts are spliced, not parsed. `manifest` is that of the version which speaks for the package.
 */
export function entryText(
  name: string,
  versions: Pick<ListedVersion, 'summary' | 'yanked'>[],
  manifest: string,
  owners: string[],
): string {
  const { description, homepage, repository, license, keywords } = JSON.parse(
    manifest,
  ) as Partial<VaisRelease>;
  const listed = versions.map(({ summary, yanked }) =>
    yanked ? `${summary.slice(0, -1)},"yanked":true}` : summary,
  );
  const opening = JSON.stringify({ name, description: description || undefined });
  const rest = JSON.stringify({
    authors: owners.length > 0 ? owners : undefined,
    homepage: homepage || undefined,
    repository: repository || undefined,
    license: license || undefined,
    keywords: keywords && keywords.length > 0 ? keywords : undefined,
  });
  const end = rest === '{}' ? '}' : `,${rest.slice(1)}`;
  return `${opening.slice(0, -1)},"versions":[${listed.join(',')}]${end}`;
}
