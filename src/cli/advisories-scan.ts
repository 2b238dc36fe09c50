import type { AffectedVersion } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

/** 1 if a stored version is one that an advisory is about. */
export function scanAdvisories(context: Context, options: { json?: boolean }): Promise<number> {
  return withKontor(context, async ({ advisories }) => {
    const found: AffectedVersion[] = [];
    for await (const affected of advisories.scan()) found.push(affected);
    if (options.json) context.io.out(json(found));
    else if (found.length === 0) context.io.out('no stored version is known to be affected\n');
    else context.io.out(table([TITLES, ...found.map(cells)]));
    return found.length === 0 ? 0 : 1;
  });
}

const TITLES = ['PACKAGE', 'REGISTRY', 'FROM', 'SEVERITY', 'ADVISORY', 'SUMMARY'];

function cells({ registry, name, version, origin, advisory }: AffectedVersion): string[] {
  const from = origin === 'local' ? 'here' : 'upstream';
  return [`${name}@${version}`, registry, from, advisory.severity, advisory.id, advisory.summary];
}
