import { newestVersion, npmRanges } from '../../../formats/npm/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import { hiddenFault, repairTags, type GateRules } from '../../../policy/index.ts';
import type { Catalogue, Owner, PackageRow } from '../../../registry/index.ts';
import { joinSegments, makeSegment, type Segment } from '../../gzip-segment.ts';
import { maintainerShape } from '../../publisher-shape.ts';
import { revisionText } from '../revision.ts';
import type { Form, ReadyDocument, RefusedDocument } from './document.ts';
import { latestFields } from './latest-fields.ts';
import type { Page, Pages } from './pages.ts';

/** The tags of a package that is owned here, as its document has them. Fault `version_hidden` if the gate leaves nothing. */
export async function localTags(
  catalogue: Catalogue,
  pages: Pages,
  { head, base, rules }: Omit<LocalSource, 'form'>,
): Promise<Record<string, string>> {
  const published = await catalogue.tags(head.id);
  if (rules.key === '') return published;
  const versions = await pages.of({ head, form: 'abbreviated', base, maintainers: undefined, rules });
  const refused = refusalOf(head.name, versions);
  if (refused) throw hiddenFault(refused.refused);
  return tagsOf(published, versions, rules);
}

/** What a document is made of, and for whom. */
export interface LocalSource {
  head: PackageRow;
  form: Form;
  base: string;
  rules: GateRules;
}

/** Builds the packument of a package that is owned here from pages of versions; their texts are spliced, not parsed. */
export async function buildLocal(
  catalogue: Catalogue,
  pages: Pages,
  { head, form, base, rules }: LocalSource,
): Promise<ReadyDocument | RefusedDocument> {
  const published = await catalogue.tags(head.id);
  if (form === 'abbreviated') {
    const versions = await pages.of({ head, form, base, maintainers: undefined, rules });
    const refused = refusalOf(head.name, versions);
    if (refused) return refused;
    const tags = tagsOf(published, versions, rules);
    const opening = { name: head.name, modified: isoTime(head.updatedAt), 'dist-tags': tags };
    return ready([
      await makeSegment(`${open(opening)},"versions":{`),
      ...versions.map((page) => page.versions),
      await makeSegment('}}'),
    ]);
  }
  const owners = await catalogue.owners(head.id);
  const maintainers = JSON.stringify(owners.map(maintainerShape));
  const versions = await pages.of({ head, form, base, maintainers, rules });
  const refused = refusalOf(head.name, versions);
  if (refused) return refused;
  const tags = tagsOf(published, versions, rules);
  const partial = versions.some(({ hidden }) => hidden.size > 0);
  const opening = {
    _id: head.name,
    _rev: revisionText(head, { partial }),
    name: head.name,
    'dist-tags': tags,
  };
  const times = { created: isoTime(head.createdAt), modified: isoTime(head.updatedAt) };
  const fields = await fullFields(catalogue, head, tags['latest'], owners);
  return ready([
    await makeSegment(`${open(opening)},"versions":{`),
    ...versions.map((page) => page.versions),
    await makeSegment(`},"time":${open(times)}`),
    ...versions.map((page) => page.times),
    await makeSegment(`},${JSON.stringify(fields).slice(1)}`),
  ]);
}

function ready(segments: Segment[]): ReadyDocument {
  return { ...joinSegments(segments), validUntil: null };
}

/** Set if the gate hides every version: no client knows what to do with a document that has none. */
function refusalOf(name: string, pages: Page[]): RefusedDocument | undefined {
  if (pages.some(({ good }) => good.length > 0)) return undefined;
  const hidden = new Map(pages.flatMap((page) => [...page.hidden]));
  const version = newestVersion([...hidden.keys()]);
  const finding = version === undefined ? undefined : hidden.get(version);
  if (version === undefined || finding === undefined) return undefined;
  return { refused: { name, version, finding, whole: true }, validUntil: null };
}

function tagsOf(published: Record<string, string>, pages: Page[], rules: GateRules): Record<string, string> {
  if (rules.key === '') return published;
  const good = pages.flatMap((page) => page.good);
  return repairTags(published, 'latest', good, npmRanges);
}

/** An object as JSON text without its closing brace. */
function open(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}

async function fullFields(
  catalogue: Catalogue,
  head: PackageRow,
  latest: string | undefined,
  owners: Owner[],
): Promise<Record<string, unknown>> {
  const version = latest === undefined ? undefined : await catalogue.version(head.id, latest);
  const manifest = version ? (JSON.parse(version.manifest) as Record<string, unknown>) : {};
  const readme = version && (await catalogue.readme(head.id, version.version));
  return {
    maintainers: owners.map(maintainerShape),
    ...latestFields(manifest, readme ?? null),
    users: await stars(catalogue, head.id),
    _attachments: {},
  };
}

async function stars(catalogue: Catalogue, packageId: number): Promise<Record<string, true> | undefined> {
  const names = await catalogue.starredBy(packageId);
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, true]));
}
