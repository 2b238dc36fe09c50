import { isoTime } from '../../../kernel/index.ts';
import type { Catalogue, Owner, PackageRow, VersionRow } from '../../../registry/index.ts';
import { revisionText } from '../revision.ts';
import { distText } from '../shapes.ts';
import { DocumentCompressor } from './compressor.ts';
import type { Form, ReadyDocument } from './document.ts';

/** Versions read and written at a time. */
const PAGE = 200;
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

/** Builds the packument of a package that is owned here. The version texts are spliced together, not parsed. */
export async function buildLocal(
  catalogue: Catalogue,
  head: PackageRow,
  form: Form,
  base: string,
): Promise<ReadyDocument> {
  const tags = await catalogue.tags(head.id);
  const owners = form === 'full' ? await catalogue.owners(head.id) : [];
  const maintainers = form === 'full' ? JSON.stringify(owners.map(maintainerShape)) : undefined;
  const compressor = new DocumentCompressor();
  const times: Record<string, string> = {};
  let latest: VersionRow | undefined;
  await compressor.write(`${opening(head, form, tags)},"versions":{`);
  let comma = '';
  for (let afterId = 0; ;) {
    const page = await catalogue.versions(head.id, afterId, PAGE);
    let text = '';
    for (const version of page) {
      text += `${comma}${JSON.stringify(version.version)}:${versionText(version, head.name, form, base, maintainers)}`;
      comma = ',';
      times[version.version] = isoTime(version.publishedAt);
      if (version.version === tags['latest']) latest = version;
      afterId = version.id;
    }
    await compressor.write(text);
    if (page.length < PAGE) break;
  }
  const closing = form === 'full' ? await fullFields(catalogue, head, times, owners, latest) : '';
  await compressor.write(`}${closing}}`);
  return compressor.finish();
}

/** One version as JSON text: what the format made, with `dist` and, in full, its maintainers. */
export function versionText(
  version: VersionRow,
  name: string,
  form: Form,
  base: string,
  maintainers: string | undefined,
): string {
  const text = form === 'full' ? version.manifest : version.summary;
  const artifact = version.artifacts[0];
  const more = [
    maintainers === undefined ? '' : `,"maintainers":${maintainers}`,
    version.deprecated === null ? '' : `,"deprecated":${JSON.stringify(version.deprecated)}`,
    artifact ? `,"dist":${distText(base, name, version, artifact)}` : '',
  ];
  return `${text.slice(0, -1)}${more.join('')}}`;
}

/** npm prints both, so a user without an address gets an empty one. */
export function maintainerShape({ name, email }: Pick<Owner, 'name' | 'email'>): {
  name: string;
  email: string;
} {
  return { name, email: email ?? '' };
}

function opening(head: PackageRow, form: Form, tags: Record<string, string>): string {
  const start =
    form === 'full'
      ? { _id: head.name, _rev: revisionText(head), name: head.name, 'dist-tags': tags }
      : { name: head.name, modified: isoTime(head.updatedAt), 'dist-tags': tags };
  return JSON.stringify(start).slice(0, -1);
}

async function fullFields(
  catalogue: Catalogue,
  head: PackageRow,
  times: Record<string, string>,
  owners: Owner[],
  latest: VersionRow | undefined,
): Promise<string> {
  const manifest = latest ? (JSON.parse(latest.manifest) as Record<string, unknown>) : {};
  const readme = latest ? await catalogue.readme(head.id, latest.version) : null;
  const fields: Record<string, unknown> = {
    time: { created: isoTime(head.createdAt), modified: isoTime(head.updatedAt), ...times },
    maintainers: owners.map(maintainerShape),
    readme: readme ?? '',
    readmeFilename: manifest['readmeFilename'],
    users: Object.fromEntries((await catalogue.starredBy(head.id)).map((user) => [user, true])),
    _attachments: {},
  };
  for (const field of repeated) fields[field] = manifest[field];
  return `,${JSON.stringify(fields).slice(1, -1)}`;
}
