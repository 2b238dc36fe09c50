import type { DocumentSource } from './document-source.ts';
import type { Catalogue, DocumentOutline, OutlinedVersion, VanishedVersion } from './ports/index.ts';

/** Versions read at a time. */
const PAGE = 200;

/** All versions that a name has, hidden ones too, and its tags, wherever they come from. */
export async function outlineOf(
  catalogue: Pick<Catalogue, 'versions' | 'tags' | 'vanished'>,
  source: DocumentSource,
): Promise<DocumentOutline> {
  if (source.origin === 'upstream') {
    const { document, head, keeps } = source;
    const { versions, tags } = await document.outline();
    const kept = keeps && head ? await catalogue.vanished(head.id) : [];
    return { versions: [...versions, ...kept.map(outlined)], tags };
  }
  const { id } = source.head;
  const versions: OutlinedVersion[] = [];
  for (let afterId = 0; ;) {
    const page = await catalogue.versions(id, afterId, PAGE);
    versions.push(...page.map(outlined));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    afterId = last.id;
  }
  return { versions, tags: await catalogue.tags(id) };
}

function outlined({
  version,
  publishedAt,
  deprecated,
}: Pick<VanishedVersion, 'version' | 'publishedAt' | 'deprecated'>): OutlinedVersion {
  return { version, time: publishedAt, deprecated: deprecated !== null };
}
