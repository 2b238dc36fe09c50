import { Fault, isoTime } from '../kernel/index.ts';
import type { StoredAdvisory } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export interface ListAdvisoriesOptions {
  malicious?: boolean;
  limit: string;
  json?: boolean;
}

export function listAdvisories(
  context: Context,
  name: string | undefined,
  { malicious, limit, json: asJson }: ListAdvisoriesOptions,
): Promise<number> {
  if (!/^[1-9]\d{0,5}$/.test(limit)) {
    throw new Fault('bad_request', `--limit takes a whole number from 1, not ${limit}.`);
  }
  return withKontor(context, async ({ advisories }) => {
    const found = await advisories.list({
      ...(name !== undefined && { name }),
      ...(malicious !== undefined && { malicious }),
      limit: Number(limit),
    });
    context.io.out(asJson ? json(found.map(shape)) : table([TITLES, ...found.map(cells)]));
    return 0;
  });
}

/** The record as each database has it. */
export function showAdvisory(context: Context, id: string, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ advisories }) => {
    const found = await advisories.show(id);
    context.io.out(options.json ? json(found.map(shape)) : found.map(describe).join('\n'));
    return 0;
  });
}

const TITLES = ['ID', 'SOURCE', 'SEVERITY', 'PACKAGES', 'SUMMARY'];
/** Names that a line of the list has. */
const SHOWN = 2;

function cells({ id, source, severity, malicious, affected, summary }: StoredAdvisory): string[] {
  const names = affected.slice(0, SHOWN).map(({ name, range }) => `${name} ${range.slice(0, 60)}`);
  const more = affected.length > SHOWN ? [`and ${affected.length - SHOWN} more`] : [];
  return [id, source, malicious ? 'malicious' : severity, [...names, ...more].join(', '), summary];
}

function describe({ affected, ...advisory }: StoredAdvisory): string {
  const rows = [
    ['id', advisory.id],
    ['aliases', advisory.aliases.join(', ') || '-'],
    ['from', advisory.source],
    ['summary', advisory.summary],
    ['severity', advisory.severity + (advisory.malicious ? ', malicious' : '')],
    ['cvss', advisory.cvss ? `${advisory.cvss.score} ${advisory.cvss.vector}` : '-'],
    ['cwe', advisory.cwes.join(', ') || '-'],
    ['modified', isoTime(advisory.modifiedAt)],
    ['see', advisory.url],
    ...affected.map(({ name, range }) => ['affects', `${name} ${range}`]),
  ];
  return table(rows);
}

function shape({ publishedAt, modifiedAt, ...advisory }: StoredAdvisory) {
  return {
    ...advisory,
    publishedAt: publishedAt === null ? null : isoTime(publishedAt),
    modifiedAt: isoTime(modifiedAt),
  };
}
