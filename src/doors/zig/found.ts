import type { FastifyRequest } from 'fastify';
import { zigRanges } from '../../formats/zig/index.ts';
import { systemClock } from '../../kernel/index.ts';
import { judgeVersions, type GateRules } from '../../policy/index.ts';
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

/** What people get who ask for no version. */
export async function newestOf(
  options: Pick<ZigDoorOptions, 'catalogue'>,
  found: FoundPackage,
): Promise<VersionRow | undefined> {
  const { catalogue } = options;
  const { head, rules } = found;
  // The tag is kept at the newest version.
  const tagged = rules.key === '' ? (await catalogue.tags(head.id))['latest'] : undefined;
  const newest = tagged ?? zigRanges.newest(await versionsOf(options, found));
  return newest === undefined ? undefined : catalogue.version(head.id, newest);
}
