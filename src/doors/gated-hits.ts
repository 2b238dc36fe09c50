import { judgeVersions, repairTags, type GateRules, type VersionRanges } from '../policy/index.ts';
import type { Catalogue, Reader, RegistryRow, SearchHit } from '../registry/index.ts';
import { localVersions } from './local-versions.ts';

interface Parts {
  reader: Reader;
  catalogue: Catalogue;
  /** Of the registry's format. */
  ranges: VersionRanges;
}

/** The hits with versions that may go out in place of hidden ones; without packages of which nothing is left. */
export async function gatedHits(
  { reader, catalogue, ranges }: Parts,
  registry: RegistryRow,
  hits: SearchHit[],
): Promise<SearchHit[]> {
  if (hits.length === 0) return hits;
  const names = hits.map(({ name }) => name);
  const rules = await reader.rulesOf(registry, names);
  const shown: SearchHit[] = [];
  for (const hit of hits) {
    const local = rules.get(hit.name)?.local;
    const gated =
      local === undefined || local.key === '' ? hit : await gatedHit(catalogue, ranges, hit, local);
    if (gated) shown.push(gated);
  }
  return shown;
}

async function gatedHit(
  catalogue: Catalogue,
  ranges: VersionRanges,
  hit: SearchHit,
  rules: GateRules,
): Promise<SearchHit | undefined> {
  const versions: { version: string; time: number; deprecated: boolean }[] = [];
  for await (const row of localVersions(catalogue, hit.packageId)) {
    const { version, publishedAt, deprecated, yankedAt } = row;
    if (yankedAt !== null) continue;
    versions.push({ version, time: publishedAt, deprecated: deprecated !== null });
  }
  // Blocks know no time.
  const { hidden } = judgeVersions(rules, versions, hit.updatedAt, ranges);
  const good = versions.filter(({ version }) => !hidden.has(version));
  if (good.length === 0) return undefined;
  if (hit.version === null || !hidden.has(hit.version)) return hit;
  const { latest } = repairTags({ latest: hit.version }, 'latest', good, ranges);
  if (latest === undefined) return undefined;
  const row = await catalogue.version(hit.packageId, latest);
  return row && { ...hit, version: row.version, publishedAt: row.publishedAt, manifest: row.manifest };
}
