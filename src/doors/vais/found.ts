import type { FastifyRequest } from 'fastify';
import type { GateRules } from '../../policy/index.ts';
import type { PackageRow, VersionRow } from '../../registry/index.ts';
import { vaisRanges } from '../../formats/vais/index.ts';
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

/** The version that speaks for its package: the best that is not yanked, or the best of all. */
export function speakingOf<Version extends Pick<VersionRow, 'version' | 'yankedAt'>>(
  versions: readonly Version[],
): Version | undefined {
  const good = versions.filter(({ yankedAt }) => yankedAt === null);
  const best = vaisRanges.newest((good.length > 0 ? good : versions).map(({ version }) => version));
  return versions.find(({ version }) => version === best);
}
