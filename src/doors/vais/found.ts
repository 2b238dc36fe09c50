import type { FastifyRequest } from 'fastify';
import { systemClock } from '../../kernel/index.ts';
import { judgeVersions, type GateRules } from '../../policy/index.ts';
import type { PackageRow, VersionRow } from '../../registry/index.ts';
import { vaisRanges } from '../../formats/vais/index.ts';
import { localVersions } from '../local-versions.ts';
import type { VaisDoorOptions } from './options.ts';

/** A package that is here and may be seen. */
export interface FoundPackage {
  head: PackageRow;
  rules: GateRules;
}

/** Undefined also for what whoever asks may not know of. Fault `version_hidden` if nothing of it may go out. */
export async function findPackage(
  { reader }: Pick<VaisDoorOptions, 'reader'>,
  request: FastifyRequest,
  name: string,
): Promise<FoundPackage | undefined> {
  const source = await reader.document(request.registry, name, await request.principal());
  return source?.origin === 'local' ? { head: source.head, rules: source.rules } : undefined;
}

/** The versions that may go out, newest published first, yanked ones too. */
export async function versionsOf(
  { catalogue }: Pick<VaisDoorOptions, 'catalogue'>,
  { head, rules }: FoundPackage,
): Promise<VersionRow[]> {
  const rows: VersionRow[] = [];
  for await (const row of localVersions(catalogue, head.id)) rows.push(row);
  const times = rows.map(({ version, publishedAt: time }) => ({ version, time }));
  const { hidden } = judgeVersions(rules, times, systemClock(), vaisRanges);
  return rows.filter(({ version }) => !hidden.has(version)).toReversed();
}

/** The version that speaks for its package: the best that is not yanked, or the best of all. */
export function speakingOf(rows: readonly VersionRow[]): VersionRow | undefined {
  const good = rows.filter(({ yankedAt }) => yankedAt === null);
  const best = vaisRanges.newest((good.length > 0 ? good : rows).map(({ version }) => version));
  return rows.find(({ version }) => version === best);
}
