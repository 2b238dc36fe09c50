import { resolve } from 'node:path';
import { theCommandLine } from '../ledger/index.ts';
import type { ImportReport } from '../registry/index.ts';
import { filesOf } from './advisory-files.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export interface ImportAdvisoriesOptions {
  source: string;
  replace?: boolean;
  json?: boolean;
}

/** 0 if the dump had anything that could be read. */
export function importAdvisories(
  context: Context,
  dump: string,
  { source, replace = false, json: asJson = false }: ImportAdvisoriesOptions,
): Promise<number> {
  const { io } = context;
  return withKontor(context, async ({ advisories }) => {
    const progress = (read: number) => io.err(`\r${read} files read`);
    const report = await advisories
      .import(filesOf(resolve(io.cwd, dump)), theCommandLine, {
        source,
        replace,
        ...(io.terminal.err && { progress }),
      })
      .finally(() => {
        if (io.terminal.err) io.err('\r\u001b[K');
      });
    io.out(asJson ? json({ source, ...report }) : describe(report));
    if (report.read === 0) io.err(`kontor: There is no .json file in ${dump}.\n`);
    return report.read > report.malformed ? 0 : 1;
  });
}

function describe({ problems, ...counts }: ImportReport): string {
  const rows = [
    ['read', `${counts.read} files`],
    ['stored', `${counts.stored} new or changed`],
    ['unchanged', String(counts.unchanged)],
    ['withdrawn', String(counts.withdrawn)],
    ['dropped', `${counts.dropped} that are not in the dump`],
    ['left out', `${counts.foreign} about nothing that a registry here holds`],
    ['malformed', String(counts.malformed)],
  ];
  const more = counts.malformed - problems.length;
  return (
    table(rows) +
    problems.map((problem) => `- ${problem}\n`).join('') +
    (more > 0 ? `- and ${more} more\n` : '')
  );
}
