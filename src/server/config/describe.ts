import { aliases } from './aliases.ts';
import type { Config } from './load.ts';
import { settingNames, settings } from './settings.ts';

/** The settings as a table of name, value and source, for a terminal. Holds no secret. */
export function describeConfig({ sources }: Config): string {
  const rows = [
    ['setting', 'value', 'source'],
    ...sources.map(({ name, value, source }) => [name, value, source]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/** The schema as a Markdown table, which `docs/configuration.md` holds. */
export function configurationTable(): string {
  const rows = settingNames.map((name) => {
    const { env, doc, defaultDoc } = settings[name];
    const others = Object.keys(aliases).filter((alias) => aliases[alias]?.setting === name);
    const variables = [env, ...others].map((variable) => `\`${variable}\``).join(' ');
    return `| \`${name}\` | ${variables} | ${defaultDoc} | ${doc} |`;
  });
  return ['| kontor.yaml | Variables | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}
