import { isoTime } from '../../../kernel/index.ts';
import type { Catalogue, Owner, PackageRow } from '../../../registry/index.ts';
import { revisionText } from '../revision.ts';
import type { Form, ReadyDocument } from './document.ts';
import type { Pages } from './pages.ts';
import { joinSegments, makeSegment } from './segment.ts';
import { maintainerShape } from './version-text.ts';

/** Fields of the latest version that the full document repeats at its top. */
const repeated = [
  'description',
  'homepage',
  'keywords',
  'repository',
  'author',
  'bugs',
  'license',
  'contributors',
];

/** Builds the packument of a package that is owned here from pages of versions; their texts are spliced, not parsed. */
export async function buildLocal(
  catalogue: Catalogue,
  pages: Pages,
  head: PackageRow,
  form: Form,
  base: string,
): Promise<ReadyDocument> {
  const tags = await catalogue.tags(head.id);
  if (form === 'abbreviated') {
    const versions = await pages.of({ head, form, base, maintainers: undefined });
    const opening = { name: head.name, modified: isoTime(head.updatedAt), 'dist-tags': tags };
    return joinSegments([
      await makeSegment(`${open(opening)},"versions":{`),
      ...versions.map((page) => page.versions),
      await makeSegment('}}'),
    ]);
  }
  const owners = await catalogue.owners(head.id);
  const maintainers = JSON.stringify(owners.map(maintainerShape));
  const versions = await pages.of({ head, form, base, maintainers });
  const opening = { _id: head.name, _rev: revisionText(head), name: head.name, 'dist-tags': tags };
  const times = { created: isoTime(head.createdAt), modified: isoTime(head.updatedAt) };
  const fields = await fullFields(catalogue, head, tags['latest'], owners);
  return joinSegments([
    await makeSegment(`${open(opening)},"versions":{`),
    ...versions.map((page) => page.versions),
    await makeSegment(`},"time":${open(times)}`),
    ...versions.map((page) => page.times),
    await makeSegment(`},${JSON.stringify(fields).slice(1)}`),
  ]);
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
  const fields: Record<string, unknown> = {
    maintainers: owners.map(maintainerShape),
    readme: (version && (await catalogue.readme(head.id, version.version))) ?? '',
    readmeFilename: manifest['readmeFilename'],
    users: await stars(catalogue, head.id),
    _attachments: {},
  };
  for (const field of repeated) fields[field] = manifest[field];
  return fields;
}

async function stars(catalogue: Catalogue, packageId: number): Promise<Record<string, true> | undefined> {
  const names = await catalogue.starredBy(packageId);
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, true]));
}
