import { createHash } from 'node:crypto';
import { npmAdvisories, type AuditEntry } from '../../formats/npm/index.ts';
import { Turn } from '../../kernel/index.ts';
import { concerns, type AdvisoryOn, type InstalledVersions } from '../../registry/index.ts';

/**
 * What an audit says: each finding once, as the upstream has it if both know it, and only where it is about an installed version.
 * `said` are texts of lists by name. Others get their turn in between.
 */
export async function auditAnswer(
  installed: InstalledVersions,
  imported: readonly AdvisoryOn[],
  said: ReadonlyMap<string, string>,
): Promise<Record<string, AuditEntry[]>> {
  const turn = new Turn();
  const byName = Map.groupBy(imported, ({ name }) => name);
  const answer: [string, AuditEntry[]][] = [];
  for (const [name, versions] of installed) {
    if (turn.isOver) await turn.next();
    const entries: AuditEntry[] = [];
    for (const entry of JSON.parse(said.get(name) ?? '[]') as AuditEntry[]) {
      if (await concerns(npmAdvisories, entry.vulnerable_versions, versions, turn)) entries.push(entry);
    }
    const known = new Set(entries.flatMap(({ url }) => /GHSA(-[0-9a-z]{4}){3}/.exec(url)?.[0] ?? []));
    for (const advisory of byName.get(name) ?? []) {
      const ids = [advisory.id, ...advisory.aliases];
      if (ids.some((id) => known.has(id))) continue;
      for (const id of ids) known.add(id);
      entries.push(entryOf(advisory));
    }
    if (entries.length > 0) answer.push([name, entries]);
  }
  // Names may be `constructor` and the like.
  return Object.fromEntries(answer);
}

function entryOf({ id, url, summary, severity, range, cwes, cvss }: AdvisoryOn): AuditEntry {
  return {
    id: numberOf(id),
    url,
    title: summary,
    severity,
    vulnerable_versions: range,
    cwe: cwes,
    cvss: { score: cvss?.score ?? 0, vectorString: cvss?.vector ?? null },
  };
}

/** npm's own numbers are far below, so that none stands for two findings. */
const FIRST_NUMBER = 2 ** 32;

/** Clients tell findings apart by a number, which databases other than npm's do not give: the same for an id every time. */
function numberOf(id: string): number {
  return FIRST_NUMBER + createHash('sha256').update(id).digest().readUIntBE(0, 6);
}
