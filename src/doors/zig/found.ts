import type { FastifyRequest } from 'fastify';
import { zigRanges } from '../../formats/zig/index.ts';
import { systemClock } from '../../kernel/index.ts';
import { judgeVersions, repairTags, type GateRules } from '../../policy/index.ts';
import type { PackageRow, VersionRow } from '../../registry/index.ts';
import { localVersions } from '../local-versions.ts';
import type { ZigDoorOptions } from './options.ts';

/** A package that is here and may be seen. */
export interface FoundPackage {
  head: PackageRow;
  rules: GateRules;
}

/** Undefined also for what whoever asks may not know of. Fault `version_hidden` if nothing of it may go out. */
export async function findPackage(
  { reader }: Pick<ZigDoorOptions, 'reader'>,
  request: FastifyRequest,
  name: string,
): Promise<FoundPackage | undefined> {
  const source = await reader.document(request.registry, name, await request.principal());
  return source?.origin === 'local' ? { head: source.head, rules: source.rules } : undefined;
}

/** Numbers of the versions that may go out, newest first. */
export async function versionsOf(
  { catalogue }: Pick<ZigDoorOptions, 'catalogue'>,
  { head, rules }: FoundPackage,
): Promise<string[]> {
  const versions: { version: string; time: number }[] = [];
  for await (const { version, publishedAt } of localVersions(catalogue, head.id)) {
    versions.push({ version, time: publishedAt });
  }
  const { hidden } = judgeVersions(rules, versions, systemClock(), zigRanges);
  return versions
    .map(({ version }) => version)
    .filter((version) => !hidden.has(version))
    .toSorted((one, other) => zigRanges.compare(other, one));
}

/** What people get who ask for no version: the newest one, whose tag the catalogue keeps, or the next good one. */
export async function newestOf(
  options: Pick<ZigDoorOptions, 'catalogue'>,
  found: FoundPackage,
): Promise<VersionRow | undefined> {
  const { catalogue } = options;
  const { head, rules } = found;
  const { latest: tagged } = await catalogue.tags(head.id);
  if (tagged === undefined) return undefined;
  if (rules.key === '') return catalogue.version(head.id, tagged);
  const good = (await versionsOf(options, found)).map((version) => ({ version, deprecated: false }));
  const { latest } = repairTags({ latest: tagged }, 'latest', good, zigRanges);
  return latest === undefined ? undefined : catalogue.version(head.id, latest);
}
