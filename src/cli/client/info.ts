import {
  isPackageName,
  type IndexedPackage,
  type IndexedVersion,
  type RegistryClient,
} from '../../client/registry/index.ts';
import { Fault, printable } from '../../kernel/light/index.ts';
import { compareVersions, newestVersion } from '../../kernel/semver/light/index.ts';
import { table } from '../table.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { indexOrCopy } from './index-or-copy.ts';
import { manifestsRegistry } from './manifests-registry.ts';
import { openRegistry, registryOption } from './registry.ts';
import { nameAndVersion } from './spec.ts';

/** Versions that people are shown. */
const MOST_SHOWN = 10;

/** What the index says of a package, or of one of its versions. */
export const info = command({
  arguments: 'NAME[@VERSION]',
  options: { ...registryOption, offline: { about: 'as the index on this machine says' } },
  run: async (context, [spec = ''], given) => {
    const { name, version } = nameAndVersion(spec);
    if (!isPackageName(name)) throw new Fault('name_invalid', `'${name}' can be no name of a package.`);
    const { client } = await openRegistry(context, given, await manifestsRegistry(context, given));
    try {
      const found = await lookUp(context, client, name, given.offline ?? false);
      if (version === undefined) showPackage(context, found);
      else showVersion(context, found, version);
      return 0;
    } finally {
      client.close();
    }
  },
});

async function lookUp(
  context: Context,
  client: RegistryClient,
  name: string,
  offline: boolean,
): Promise<IndexedPackage> {
  const found = (await indexOrCopy(context, client, { offline })).package(name);
  if (found !== undefined) return found;
  throw new Fault('package_not_found', `Package not found: ${name} (at ${client.base})`);
}

function showPackage({ paint, print, document }: Context, found: IndexedPackage): void {
  document(found);
  const { name, description, license, authors, homepage, repository, keywords, versions } = found;
  const usable = versions.filter(({ yanked }) => !yanked).map(({ version }) => version);
  const newest = newestVersion(usable);
  print(`${paint.bold(name)}${newest === undefined ? '' : ` v${newest}`}`);
  if (description !== undefined) print(printable(description));
  const rows = [
    ['license', license ?? ''],
    ['owners', authors.join(', ')],
    ['homepage', homepage ?? ''],
    ['repository', repository ?? ''],
    ['keywords', keywords.join(', ')],
    ['versions', versionsText(usable)],
  ];
  const said = rows.map((row) => row.map(printable)).filter(([, value]) => value !== '');
  print(table(said).trimEnd());
}

function versionsText(usable: string[]): string {
  const rest = usable.length - MOST_SHOWN;
  const shown = usable.toSorted(compareVersions).toReversed().slice(0, MOST_SHOWN);
  if (shown.length === 0) return 'none that is not yanked';
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function showVersion({ paint, print, document }: Context, found: IndexedPackage, version: string): void {
  const one = found.versions.find((candidate) => candidate.version === version);
  if (one === undefined) throw new Fault('version_not_found', `Version not found: ${found.name}@${version}`);
  document({ name: found.name, ...one });
  print(`${paint.bold(found.name)} v${version}${one.yanked ? paint.yellow(' (yanked)') : ''}`);
  print(table(rowsOf(one)).trimEnd());
}

function rowsOf({ checksum, size, dependencies }: IndexedVersion): string[][] {
  return [
    ['checksum', checksum],
    ...(size === undefined ? [] : [['size', `${size} bytes`]]),
    ...dependencies.map(({ name, requirement }, at) => [
      at === 0 ? 'needs' : '',
      printable(`${name} ${requirement}`),
    ]),
  ];
}
